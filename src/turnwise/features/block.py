"""A block: a named piece of a turn's input with a known width."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Protocol

from turnwise.dialogue import Turn

Previous = tuple[str, ...] | None
"""The actions committed at the turn before; None at the start of a dialogue."""


class Block(Protocol):
    """What every block of the input offers.

    A block never looks at `turn.actions` or `turn.response`: they are what is to be predicted.
    """

    @property
    def name(self) -> str:
        """The block's name, unique in its encoder."""
        ...

    @property
    def width(self) -> int:
        """How many bits the block has."""
        ...

    def bits(self, turn: Turn, previous: Previous) -> Collection[int]:
        """Return the indices of the bits that are set, each once, from 0 to `width` - 1."""
        ...

    def label(self, bit: int) -> str:
        """Say what a bit means."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` needs to make the block again."""
        ...
