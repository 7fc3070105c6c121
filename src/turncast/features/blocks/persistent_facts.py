"""The last value of each fact, as bits that stay set until the value changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turncast.features.block import Key
from turncast.features.blocks.facts import Facts
from turncast.features.turn_view import TurnView

_State = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PersistentFacts:
    """The bit of each known fact's last value, at every turn since; and one for each that changes now.

    Args:
        facts: how each fact becomes a bit.

    >>> from turncast.features.blocks.facts import FactCode
    >>> from turncast.vocabulary import Vocabulary
    >>> block = PersistentFacts(Facts([FactCode("size", Vocabulary(["small", "large"]))]))
    >>> _, state = block.read(TurnView(facts={"size": "small"}), block.start())
    >>> later, state = block.read(TurnView(), state)
    >>> changed, _ = block.read(TurnView(facts={"size": "large"}), state)
    >>> [block.label(bit) for bits in (later, changed) for bit in bits]
    ['persistent: size=small', 'persistent: size=large', 'changed: size']
    """

    facts: Facts
    name = "persistent_facts"

    @property
    def width(self) -> int:
        """The bits of every known fact, and one for each fact that changes."""
        return self.facts.width + len(self.facts.names)

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of the facts' values, and one for each fact that changes."""
        values = (("value", *key) for key in self.facts.keys)
        return (*values, *(("changed", name) for name in self.facts.names))

    def start(self) -> _State:
        """Return the state in which no fact is known."""
        return ()

    def read(self, view: TurnView, state: _State) -> tuple[list[int], _State]:
        """Return the bits of the last values, and of the facts that change."""
        bit_of_fact = dict(state)
        changed = []
        for name, value in view.facts.items():
            fact = self.facts.index(name)
            if fact is not None:
                bit = self.facts.bit(name, value)
                if bit_of_fact.get(fact, bit) != bit:
                    changed.append(self.facts.width + fact)
                bit_of_fact[fact] = bit
        return [*bit_of_fact.values(), *changed], tuple(bit_of_fact.items())

    def label(self, bit: int) -> str:
        """Return the fact that a bit stands for."""
        if bit < self.facts.width:
            return f"persistent: {self.facts.label(bit)}"
        return f"changed: {self.facts.names[bit - self.facts.width]}"

    def extend(self, newer: PersistentFacts) -> PersistentFacts:
        """Return this block with the facts and values of `newer` added."""
        return PersistentFacts(self.facts.extend(newer.facts))

    def to_json(self) -> dict[str, Any]:
        """Return each fact's values or edges."""
        return self.facts.to_json()

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PersistentFacts:
        """Return the block that `to_json` described."""
        return cls(Facts.from_json(record))
