"""Tables that say how an augmentation changes the bits and tokens of an encoder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features.block import Block
from turncast.features.blocks.facts import Facts
from turncast.features.blocks.last_response import LastResponse
from turncast.features.blocks.previous_actions import PreviousActions
from turncast.features.blocks.slots import Slots
from turncast.features.blocks.user_ngrams import UserCharacterTrigrams, UserWordBigrams, character_trigrams
from turncast.features.blocks.user_vectors import UserVectors
from turncast.features.blocks.user_words import UserWords
from turncast.features.encoder import TurnEncoder
from turncast.features.text.slot_values import slot_word
from turncast.features.text.tokens import UNKNOWN, WordTokens
from turncast.features.turn_view import TurnView

_PREVIOUS_TURN_BLOCKS = (PreviousActions, LastResponse)


@dataclass(frozen=True, slots=True)
class AugmentationTables:
    """What each of the F bits, the padding F, and each of the V tokens becomes under an augmentation.

    Attributes:
        unknown_words: what each bit becomes where the user's words are unknown, (F + 1,).
        unknown_values: what each bit becomes where the values of one of S slots are unknown, (S, F + 1).
        unknown_value_tokens: what each token becomes where the values of a slot are unknown, (S, V).
        facts: the bits of the turn's facts.
        previous_turn: which bits depend on the previous turn's actions and response alone, (F + 1,).
        previous_actions: these bits for each action and, in the last row, for no action, (A + 1, M): first
            the bit of the action, then the words of its usual response; F fills up.
    """

    unknown_words: NDArray[np.int32]
    unknown_values: NDArray[np.int32]
    unknown_value_tokens: NDArray[np.int32]
    facts: range
    previous_turn: NDArray[np.bool_]
    previous_actions: NDArray[np.int32]

    @property
    def num_features(self) -> int:
        """F, the number of bits."""
        return len(self.unknown_words) - 1

    @classmethod
    def identity(cls, num_features: int) -> AugmentationTables:
        """Return the tables of bits that stand for nothing: an augmentation changes none of them."""
        return cls(
            unknown_words=np.arange(num_features + 1, dtype=np.int32),
            unknown_values=np.empty((0, num_features + 1), np.int32),
            unknown_value_tokens=np.empty((0, 0), np.int32),
            facts=range(0),
            previous_turn=np.zeros(num_features + 1, np.bool_),
            previous_actions=np.empty((1, 0), np.int32),
        )

    @classmethod
    def from_encoder(cls, encoder: TurnEncoder, actions: Iterable[str]) -> AugmentationTables:
        """Return the tables of an encoder, for the actions that scheduled sampling can draw."""
        return cls(
            unknown_words=_unknown_words(encoder),
            unknown_values=unknown_values(encoder),
            unknown_value_tokens=_unknown_value_tokens(encoder),
            facts=encoder.block_bits(Facts.name),
            previous_turn=_previous_turn(encoder),
            previous_actions=_previous_actions(encoder, actions),
        )


def _unknown_words(encoder: TurnEncoder) -> NDArray[np.int32]:
    table = np.arange(encoder.width + 1, dtype=np.int32)
    for offset, block in encoder.offset_blocks:
        if isinstance(block, UserWords | UserWordBigrams | UserCharacterTrigrams):
            table[offset : offset + len(block.vocabulary)] = offset + block.vocabulary.unknown
        elif isinstance(block, UserVectors):
            table[offset : offset + block.unknown] = offset + block.unknown
    return table


def unknown_values(encoder: TurnEncoder) -> NDArray[np.int32]:
    """Return what each bit, and the padding F, becomes where a slot's values are unknown: (S, F + 1).

    The slot's name, which replaces its values, becomes an unknown word; the slot's bits are not set.

    >>> from turncast.features.text.slot_values import SlotValues
    >>> from turncast.vocabulary import Vocabulary
    >>> blocks = UserWords(Vocabulary(["in", "<area>"])), Slots(("area",))
    >>> encoder = TurnEncoder(blocks, slot_values=SlotValues({"area": ["north"]}))
    >>> [encoder.label(bit) for bit in range(4)]
    ['in', '<area>', '(unknown word)', '(no word)']
    >>> unknown_values(encoder).tolist()
    [[0, 2, 2, 3, 12, 12, 12, 12, 12, 12, 10, 11, 12]]
    """
    slots = encoder.slot_values.slots
    table = np.tile(np.arange(encoder.width + 1, dtype=np.int32), (len(slots), 1))
    for row, slot in zip(table, slots, strict=True):
        for offset, block in encoder.offset_blocks:
            for bit, other in _changes(block, slot):
                row[offset + bit] = encoder.width if other is None else offset + other
    return table


def _changes(block: Block[Any], slot: str) -> Iterator[tuple[int, int | None]]:
    """Yield the bits of a block that depend on a slot's values, and what each becomes; None: unset."""
    if isinstance(block, Slots):
        yield from ((bit, None) for bit in block.value_bits(slot))
    elif isinstance(block, UserWords | UserWordBigrams | UserCharacterTrigrams | LastResponse):
        word = slot_word(slot)
        parts = set(character_trigrams([word])) if isinstance(block, UserCharacterTrigrams) else {word}
        for bit, name in enumerate(block.vocabulary):
            if parts.intersection([name, *name.split()]):
                yield bit, block.vocabulary.unknown


def _unknown_value_tokens(encoder: TurnEncoder) -> NDArray[np.int32]:
    """Return the table of tokens, (S, V); byte-pair pieces stay, since other words have them too."""
    slots = encoder.slot_values.slots
    table = np.tile(np.arange(encoder.num_tokens, dtype=np.int32), (len(slots), 1))
    if isinstance(encoder.tokenizer, WordTokens):
        for row, slot in zip(table, slots, strict=True):
            row[encoder.tokenizer.ids([slot_word(slot)])] = UNKNOWN
    return table


def _previous_turn(encoder: TurnEncoder) -> NDArray[np.bool_]:
    mask = np.zeros(encoder.width + 1, np.bool_)
    for block in _PREVIOUS_TURN_BLOCKS:
        bits = encoder.block_bits(block.name)
        mask[bits.start : bits.stop] = True
    return mask


def _previous_actions(encoder: TurnEncoder, actions: Iterable[str]) -> NDArray[np.int32]:
    blocks = [
        (offset, block) for offset, block in encoder.offset_blocks if isinstance(block, _PREVIOUS_TURN_BLOCKS)
    ]
    rows = [
        [
            offset + bit
            for offset, block in blocks
            for bit in sorted(block.bits(TurnView(previous_actions=(action,))))
        ]
        for action in actions
    ]
    table = np.full((len(rows) + 1, max(map(len, rows), default=0)), encoder.width, np.int32)
    for row, bits in zip(table, rows, strict=False):
        row[: len(bits)] = bits
    return table
