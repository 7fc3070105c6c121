"""Where in the dialogue a turn stands, as bits."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Read
from turncast.features.turn_view import Kept, Seen

_EDGES = (1, 2, 3, 4, 6, 8, 12, 16, 24)
_SILENT = 4


@dataclass(frozen=True, slots=True)
class Position:
    """A bit for how many turns came before, in buckets, and one for how many of the last were silent.

    >>> block = Position()
    >>> first, kept = block.read(Seen(), block.start())
    >>> second, _ = block.read(Seen(), kept)
    >>> [block.label(bit) for bit in second]
    ['turn 2', 'silent turns: 2']
    """

    name = "position"

    @property
    def width(self) -> int:
        """Buckets of turns, and of silent turns."""
        return len(_EDGES) + 1 + _SILENT + 1

    def start(self) -> Kept:
        """Return that no turn came before."""
        return 0, 0

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bits of the turn's place."""
        turns, silent = kept
        silent = 0 if seen.user else min(silent + 1, _SILENT)
        bits = [bisect.bisect_right(_EDGES, turns), len(_EDGES) + 1 + silent]
        return bits, (min(turns + 1, _EDGES[-1]), silent)

    def label(self, bit: int) -> str:
        """Say which place a bit stands for."""
        if bit > len(_EDGES):
            return f"silent turns: {bit - len(_EDGES) - 1}"
        low, high = [0, *_EDGES][bit] + 1, [*_EDGES, 0][bit]
        return f"turn {low}" if low == high else f"turns {low} to {high}" if high else f"turn {low} or later"

    def to_json(self) -> dict[str, Any]:
        """Return nothing: all is said by the class."""
        return {}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Position:  # noqa: ARG003
        """Make the block."""
        return cls()
