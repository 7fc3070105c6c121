"""How many of the results that were found are still to be offered, as bits."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

from turncast.dialogue import is_number
from turncast.features.block import Read
from turncast.features.turn_view import Kept, Seen

_EDGES = (1, 2, 4)
_LABELS = ("none", "one", "two or three", "four or more")
_MOST = 16


@dataclass(frozen=True, slots=True)
class RemainingResults:
    """For each fact that is a number: how much of it is left, since it came, after what the system offered.

    What was offered is the most different values that the system said of any one slot since then.

    >>> from turncast.features.turn_view import Text
    >>> block = RemainingResults(("found",))
    >>> bits, kept = block.read(Seen(facts={"found": 2}), block.start())
    >>> [block.label(bit) for bit in bits]
    ['found, left: two or three']
    >>> bits, _ = block.read(Seen(said=Text((), (("name", "Blue Door"),))), kept)
    >>> [block.label(bit) for bit in bits]
    ['found, left: one']
    """

    facts: tuple[str, ...]
    name = "remaining_results"

    @property
    def width(self) -> int:
        """Four amounts of each fact."""
        return len(_LABELS) * len(self.facts)

    def start(self) -> Kept:
        """Return that nothing was found, and nothing offered."""
        return (), ()

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bit of each number that was found."""
        found, offered = dict(kept[0]), set(kept[1])
        new = {name: seen.facts[name] for name in self.facts if name in seen.facts}
        if seen.said and len(offered) < _MOST:
            offered |= set(seen.said.mentions)
        if new:
            found |= {name: float(value) for name, value in new.items() if is_number(value)}
            offered = set()
        slots = [slot for slot, _ in offered]
        most = max(map(slots.count, slots), default=0)
        bits = [
            len(_LABELS) * self.facts.index(name) + bisect.bisect_right(_EDGES, number - most)
            for name, number in found.items()
        ]
        return bits, (tuple(found.items()), tuple(sorted(offered)))

    def label(self, bit: int) -> str:
        """Say what a bit stands for."""
        fact, amount = divmod(bit, len(_LABELS))
        return f"{self.facts[fact]}, left: {_LABELS[amount]}"

    def to_json(self) -> dict[str, Any]:
        """Return the names of the facts."""
        return {"facts": list(self.facts)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> RemainingResults:
        """Make the block that `to_json` described."""
        return cls(tuple(record["facts"]))
