"""The turn encoder: ordered blocks that turn what the system sees into the indices of set bits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turnwise.dialogue import Turn
from turnwise.errors import ModelError
from turnwise.features.block import Block, Previous
from turnwise.features.facts import Facts
from turnwise.features.previous_actions import PreviousActions
from turnwise.features.user_words import UserWords

_KINDS = {kind.name: kind for kind in (UserWords, PreviousActions, Facts)}


class TurnEncoder:
    """Encodes one turn; training and live use call the same code, one turn at a time.

    >>> from turnwise.vocabulary import Vocabulary
    >>> encoder = TurnEncoder([UserWords(Vocabulary(["hello"])), PreviousActions(Vocabulary(["greet"]))])
    >>> encoder.width, encoder.bits(Turn("hello"), None), encoder.bits(Turn("hello"), ("greet",))
    (6, [0, 5], [0, 3])
    """

    def __init__(self, blocks: Iterable[Block]) -> None:
        self.blocks = tuple(blocks)
        firsts, width = [], 0
        for block in self.blocks:
            firsts.append(width)
            width += block.width
        self._placed = tuple(zip(firsts, self.blocks, strict=True))
        self._width = width

    @property
    def width(self) -> int:
        """F, the number of bits: the sum of the blocks' widths."""
        return self._width

    def bits(self, turn: Turn, previous: Previous) -> list[int]:
        """Return the indices of the set bits, each once, ascending.

        Args:
            turn: what the system sees: its user text and facts; its actions are not looked at.
            previous: the actions committed at the turn before, None at the start.
        """
        return sorted(first + bit for first, block in self._placed for bit in block.bits(turn, previous))

    def without_words(self) -> NDArray[np.int32]:
        """Return what each bit, and the padding F, becomes where the words of users are unknown: (F + 1,)."""
        become = np.arange(self.width + 1, dtype=np.int32)
        for first, block in self._placed:
            if isinstance(block, UserWords):
                become[first : first + len(block.vocabulary)] = first + block.vocabulary.unknown
        return become

    def label(self, bit: int) -> str:
        """Say what a bit means.

        >>> TurnEncoder([Facts([])]).label(0)
        '(unknown fact)'
        """
        first, block = next((first, block) for first, block in reversed(self._placed) if first <= bit)
        return block.label(bit - first)

    def to_json(self) -> list[dict[str, Any]]:
        """Return what `from_json` needs to make the encoder again."""
        return [{"block": block.name, **block.to_json()} for block in self.blocks]

    @classmethod
    def from_json(cls, records: list[dict[str, Any]]) -> TurnEncoder:
        """Make the encoder that `to_json` described.

        Raises:
            ModelError: for a block of an unknown kind.
        """
        for record in records:
            if record["block"] not in _KINDS:
                raise ModelError(f"unknown block {record['block']!r}; a newer turnwise may know it")
        return cls([_KINDS[record["block"]].from_json(record) for record in records])
