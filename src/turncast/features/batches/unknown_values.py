"""What an encoder would tell if it did not know the values of a slot."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from turncast.features.block import Block
from turncast.features.blocks.last_response import LastResponse
from turncast.features.blocks.slots import Slots
from turncast.features.blocks.user_ngrams import UserCharacters, UserPairs, runs
from turncast.features.blocks.user_words import UserWords
from turncast.features.encoder import TurnEncoder
from turncast.features.text.tokens import UNKNOWN, WordTokens


def bits_without_values(encoder: TurnEncoder) -> NDArray[np.int32]:
    """Return what each bit, and the padding F, becomes where a slot's values are unknown: (S, F + 1).

    The slot's name, which stands in their place, becomes an unknown word, and nothing is noted of them.

    >>> from turncast.features.text.slot_values import SlotValues
    >>> from turncast.vocabulary import Vocabulary
    >>> blocks = UserWords(Vocabulary(["in", "<area>"])), Slots(("area",))
    >>> encoder = TurnEncoder(blocks, slot_values=SlotValues({"area": ["north"]}))
    >>> [encoder.label(bit) for bit in range(4)]
    ['in', '<area>', '(unknown word)', '(no word)']
    >>> bits_without_values(encoder).tolist()
    [[0, 2, 2, 3, 12, 12, 12, 12, 12, 12, 10, 11, 12]]
    """
    become = np.tile(np.arange(encoder.width + 1, dtype=np.int32), (len(encoder.slot_values.slots), 1))
    for row, slot in zip(become, encoder.slot_values.slots, strict=True):
        for block in encoder.blocks:
            first = encoder.bits_of(block.name).start
            for bit, other in _changes(block, slot):
                row[first + bit] = encoder.width if other is None else first + other
    return become


def tokens_without_values(encoder: TurnEncoder) -> NDArray[np.int32]:
    """Return what each token becomes where a slot's values are unknown: (S, V).

    Pieces of words (`bpe`) stay: a slot's name is made of pieces that other words have too.
    """
    become = np.tile(np.arange(encoder.num_tokens, dtype=np.int32), (len(encoder.slot_values.slots), 1))
    if isinstance(encoder.tokenizer, WordTokens):
        for row, slot in zip(become, encoder.slot_values.slots, strict=True):
            row[encoder.tokenizer.ids([_named(slot)])] = UNKNOWN
    return become


def _changes(block: Block, slot: str) -> Iterator[tuple[int, int | None]]:
    """Yield the bits of a block that tell of a slot, and what each becomes; None: it is not set."""
    if isinstance(block, Slots):
        yield from ((bit, None) for bit in block.bits_of(slot))
    elif isinstance(block, UserWords | UserPairs | UserCharacters | LastResponse):
        pieces = set(runs([_named(slot)])) if isinstance(block, UserCharacters) else {_named(slot)}
        for bit, name in enumerate(block.vocabulary):
            if pieces.intersection([name, *name.split()]):
                yield bit, block.vocabulary.unknown


def _named(slot: str) -> str:
    """Return the word that stands for a slot's values."""
    return f"<{slot}>"
