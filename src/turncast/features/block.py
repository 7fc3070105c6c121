"""A block: a named piece of a turn's input with a known width."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any, Protocol

from turncast.features.turn_view import Kept, Seen

Read = tuple[Collection[int], Kept]
"""The indices of the bits that are set, and what the block keeps for the next turn."""


class Block(Protocol):
    """What every block of the input offers: what it keeps goes in, bits and what it keeps come out."""

    @property
    def name(self) -> str:
        """The block's name, unique in its encoder."""
        ...

    @property
    def width(self) -> int:
        """How many bits the block has."""
        ...

    def start(self) -> Kept:
        """Return what the block keeps before the first turn."""
        ...

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bits that are set, each once, from 0 to `width` - 1, and what is kept for later."""
        ...

    def label(self, bit: int) -> str:
        """Say what a bit means."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` needs to make the block again."""
        ...


class Momentary(ABC):
    """A block that keeps nothing: what it says of a turn, `bits` finds in what is seen now."""

    __slots__ = ()

    def start(self) -> Kept:
        """Return None."""
        return None

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bits that are set."""
        return self.bits(seen), kept

    @abstractmethod
    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits that are set, each once."""
