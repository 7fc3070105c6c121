"""The number of the turn in its dialogue, and of turns without text before it, as bits."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any, ClassVar

from turncast.features.block import Key
from turncast.features.turn_view import TurnView

_EDGES = (1, 2, 3, 4, 6, 8, 12, 16, 24)
_MOST_SILENT = 4


@dataclass(frozen=True, slots=True)
class Position:
    """A bit for how many turns came before, in buckets, and one for how many of the last were silent.

    >>> block = Position()
    >>> first, state = block.read(TurnView(), block.start())
    >>> second, _ = block.read(TurnView(), state)
    >>> [block.label(bit) for bit in second]
    ['turn 2', 'silent turns: 2']
    """

    name = "position"
    constants: ClassVar[dict[str, Any]] = {"turn_edges": list(_EDGES), "most_silent": _MOST_SILENT}

    @property
    def width(self) -> int:
        """Buckets of turns, and of silent turns."""
        return len(_EDGES) + 1 + _MOST_SILENT + 1

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each bucket: the least number of turns in it."""
        turns = (("turns", least) for least in (0, *_EDGES))
        return (*turns, *(("silent", count) for count in range(_MOST_SILENT + 1)))

    def start(self) -> tuple[int, int]:
        """Return the state before the first turn: no turn, and no silent turn."""
        return 0, 0

    def read(self, view: TurnView, state: tuple[int, int]) -> tuple[list[int], tuple[int, int]]:
        """Return the bits of the turn's position."""
        turns, silent = state
        silent = 0 if view.user else min(silent + 1, _MOST_SILENT)
        bits = [bisect.bisect_right(_EDGES, turns), len(_EDGES) + 1 + silent]
        return bits, (min(turns + 1, _EDGES[-1]), silent)

    def label(self, bit: int) -> str:
        """Return the position that a bit stands for."""
        if bit > len(_EDGES):
            return f"silent turns: {bit - len(_EDGES) - 1}"
        low, high = [0, *_EDGES][bit] + 1, [*_EDGES, 0][bit]
        return f"turn {low}" if low == high else f"turns {low} to {high}" if high else f"turn {low} or later"

    def extend(self, newer: Position) -> Position:  # noqa: ARG002
        """Return this block: all have the same bits."""
        return self

    def to_json(self) -> dict[str, Any]:
        """Return an empty record: the block has no parameters."""
        return {}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Position:  # noqa: ARG003
        """Return the block."""
        return cls()
