"""How many results of a look-up the system has not offered yet, as bits."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

from turncast.dialogue import is_number
from turncast.features.block import Key
from turncast.features.turn_view import TurnView

_EDGES = (1, 2, 4)
_LABELS = ("none", "one", "two or three", "four or more")
_MOST_OFFERED = 16

_State = tuple[tuple[tuple[str, float], ...], tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class RemainingResults:
    """For each fact that is a number: the number minus how many results the system offered since it came.

    The count of offered results is the largest number of different values of one slot that the system said
    since then.

    Args:
        facts: the names of the facts that are numbers.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = RemainingResults(("found",))
    >>> bits, state = block.read(TurnView(facts={"found": 2}), block.start())
    >>> [block.label(bit) for bit in bits]
    ['found, left: two or three']
    >>> offer = ParsedText(mentions=(("name", "Blue Door"),))
    >>> bits, _ = block.read(TurnView(previous_response=offer), state)
    >>> [block.label(bit) for bit in bits]
    ['found, left: one']
    """

    facts: tuple[str, ...]
    name = "remaining_results"

    @property
    def width(self) -> int:
        """Four amounts of each fact."""
        return len(_LABELS) * len(self.facts)

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each fact and amount: the least number in it."""
        return tuple((fact, least) for fact in self.facts for least in (0, *_EDGES))

    def start(self) -> _State:
        """Return the state before any number came, with nothing offered."""
        return (), ()

    def read(self, view: TurnView, state: _State) -> tuple[list[int], _State]:
        """Return the bit of each number that came."""
        numbers, offered = dict(state[0]), set(state[1])
        new = {name: view.facts[name] for name in self.facts if name in view.facts}
        if view.previous_response and len(offered) < _MOST_OFFERED:
            offered |= set(view.previous_response.mentions)
        if new:
            numbers |= {name: float(value) for name, value in new.items() if is_number(value)}
            offered = set()
        slots = [slot for slot, _ in offered]
        num_offered = max(map(slots.count, slots), default=0)
        bits = [
            len(_LABELS) * self.facts.index(name) + bisect.bisect_right(_EDGES, number - num_offered)
            for name, number in numbers.items()
        ]
        return bits, (tuple(numbers.items()), tuple(sorted(offered)))

    def label(self, bit: int) -> str:
        """Return the fact and the amount that a bit stands for."""
        fact, amount = divmod(bit, len(_LABELS))
        return f"{self.facts[fact]}, left: {_LABELS[amount]}"

    def extend(self, newer: RemainingResults) -> RemainingResults:
        """Return this block with the facts of `newer` added."""
        return RemainingResults(tuple(dict.fromkeys((*self.facts, *newer.facts))))

    def to_json(self) -> dict[str, Any]:
        """Return the names of the facts."""
        return {"facts": list(self.facts)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> RemainingResults:
        """Return the block that `to_json` described."""
        return cls(tuple(record["facts"]))
