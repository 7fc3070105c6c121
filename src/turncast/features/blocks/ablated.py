"""A block that says nothing, to see what the others say without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turncast.features.block import Block, Read
from turncast.features.turn_view import Kept, Seen


@dataclass(frozen=True, slots=True)
class AblatedBlock:
    """Stands where a block stood and sets no bit; what the block keeps from turn to turn, it keeps.

    Args:
        block: in whose place it stands.

    >>> from turncast.features.blocks.user_words import UserWords
    >>> from turncast.vocabulary import Vocabulary
    >>> words = UserWords(Vocabulary(["hello"]))
    >>> ablated = AblatedBlock(words)
    >>> words.read(Seen(), None), ablated.read(Seen(), None), ablated.width == words.width
    (((2,), None), ((), None), True)
    """

    block: Block

    @property
    def name(self) -> str:
        """A name that no saved encoder can have."""
        return f"without {self.block.name}"

    @property
    def width(self) -> int:
        """The bits that the block has."""
        return self.block.width

    def start(self) -> Kept:
        """Return what the block keeps before the first turn."""
        return self.block.start()

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return no bit, and what the block keeps for later."""
        return (), self.block.read(seen, kept)[1]

    def label(self, bit: int) -> str:
        """Say what the bit would mean."""
        return self.block.label(bit)

    def to_json(self) -> dict[str, Any]:
        """Return what describes the block."""
        return self.block.to_json()
