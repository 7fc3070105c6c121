"""Facts that stay until they change, as bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turncast.features.block import Read
from turncast.features.blocks.facts import Facts
from turncast.features.turn_view import Kept, Seen


@dataclass(frozen=True, slots=True)
class PersistentFacts:
    """The bit of each known fact's last value, at every turn since; and one for each that changes now.

    Args:
        facts: how each fact becomes a bit.

    >>> from turncast.features.blocks.facts import FactCode
    >>> from turncast.vocabulary import Vocabulary
    >>> block = PersistentFacts(Facts([FactCode("size", Vocabulary(["small", "large"]))]))
    >>> _, kept = block.read(Seen(facts={"size": "small"}), block.start())
    >>> later, kept = block.read(Seen(), kept)
    >>> changed, _ = block.read(Seen(facts={"size": "large"}), kept)
    >>> [block.label(bit) for bits in (later, changed) for bit in bits]
    ['standing: size=small', 'standing: size=large', 'changed: size']
    """

    facts: Facts
    name = "persistent_facts"

    @property
    def width(self) -> int:
        """The bits of every known fact, and one for each fact that changes."""
        return self.facts.width + len(self.facts.names)

    def start(self) -> Kept:
        """Return that no fact stands."""
        return ()

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bits of the facts that stand, and of those that change."""
        standing: dict[int, int] = dict(kept)
        changed = []
        for name, value in seen.facts.items():
            place = self.facts.place(name)
            if place is not None:
                bit = self.facts.bit(name, value)
                if standing.get(place, bit) != bit:
                    changed.append(self.facts.width + place)
                standing[place] = bit
        return [*standing.values(), *changed], tuple(standing.items())

    def label(self, bit: int) -> str:
        """Say what a bit stands for."""
        if bit < self.facts.width:
            return f"standing: {self.facts.label(bit)}"
        return f"changed: {self.facts.names[bit - self.facts.width]}"

    def to_json(self) -> dict[str, Any]:
        """Return each fact's values or edges."""
        return self.facts.to_json()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PersistentFacts:
        """Make the block that `to_json` described."""
        return cls(Facts.from_json(record))
