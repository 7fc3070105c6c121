"""A block whose bits are never set, to measure what an encoder loses without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic

from turncast.features.block import Block, Key, State
from turncast.features.turn_view import TurnView


@dataclass(frozen=True, slots=True)
class AblatedBlock(Generic[State]):
    """Replaces a block: it has the same bits and the same state, and sets no bit.

    Args:
        block: the block that it replaces.

    >>> from turncast.features.blocks.user_words import UserWords
    >>> from turncast.vocabulary import Vocabulary
    >>> words = UserWords(Vocabulary(["hello"]))
    >>> ablated = AblatedBlock(words)
    >>> words.read(TurnView(), None), ablated.read(TurnView(), None), ablated.width == words.width
    (((2,), None), ((), None), True)
    """

    block: Block[State]

    @property
    def name(self) -> str:
        """A name that no saved encoder can have."""
        return f"without {self.block.name}"

    @property
    def width(self) -> int:
        """The number of bits of the block."""
        return self.block.width

    @property
    def keys(self) -> tuple[Key, ...]:
        """The keys of the block."""
        return self.block.keys

    def start(self) -> State:
        """Return the block's state before the first turn."""
        return self.block.start()

    def read(self, view: TurnView, state: State) -> tuple[tuple[()], State]:
        """Return no bit, and the block's state after the turn."""
        return (), self.block.read(view, state)[1]

    def label(self, bit: int) -> str:
        """Return the block's label of a bit."""
        return self.block.label(bit)

    def extend(self, newer: AblatedBlock[State]) -> AblatedBlock[State]:
        """Return the extended block, ablated."""
        return AblatedBlock(self.block.extend(newer.block))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the block."""
        return self.block.to_json()
