"""Batches of the other frameworks: dialogues padded to the longest, with bits as dense 0/1 numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features import EncodedCorpus

NO_ACTION = -100
"""The target of a padded turn, and of an unknown action."""


@dataclass(frozen=True, slots=True)
class PaddedBatch:
    """Dialogues of a corpus, padded to the longest of them.

    Attributes:
        real: False for padding, (B, T).
        turns: the indices of the real turns in the corpus, in order.
        targets: the index of each turn's action, or `NO_ACTION`, (B, T).
    """

    real: NDArray[np.bool_]
    turns: NDArray[np.int64]
    targets: NDArray[np.int64]

    @classmethod
    def from_corpus(cls, corpus: EncodedCorpus, dialogues: NDArray[np.int64]) -> PaddedBatch:
        """Return the batch of the dialogues with these indices."""
        lengths = corpus.lengths[dialogues]
        columns = np.arange(lengths.max())
        real = columns < lengths[:, None]
        turns = (corpus.first_turns[dialogues][:, None] + columns)[real]
        targets = np.full(real.shape, NO_ACTION, np.int64)
        answers = corpus.targets.values[corpus.targets.offsets[turns]]
        targets[real] = np.where(answers < corpus.num_actions, answers, NO_ACTION)
        return cls(real, turns, targets)

    def dense(self, corpus: EncodedCorpus) -> NDArray[np.float32]:
        """Return the bits as 0/1 numbers, (B, T, F)."""
        positions = np.flatnonzero(self.real)
        lengths = corpus.bits.lengths[self.turns]
        x = np.zeros((self.real.size, corpus.num_features), np.float32)
        x[np.repeat(positions, lengths), self.indices(corpus)] = 1
        return x.reshape(*self.real.shape, -1)

    def indices(self, corpus: EncodedCorpus) -> NDArray[np.int32]:
        """Return the indices of all set bits, turn by turn, (sum of K,)."""
        starts, lengths = corpus.bits.offsets[self.turns], corpus.bits.lengths[self.turns]
        before = np.cumsum(lengths) - lengths
        indices: NDArray[np.int32] = corpus.bits.values[
            np.repeat(starts - before, lengths) + np.arange(lengths.sum())
        ]
        return indices

    def offsets(self, corpus: EncodedCorpus) -> NDArray[np.int64]:
        """Return where the bits of each turn begin, padded turns included, (B * T,)."""
        lengths = np.zeros(self.real.size, np.int64)
        lengths[np.flatnonzero(self.real)] = corpus.bits.lengths[self.turns]
        return np.cumsum(lengths) - lengths


def batches_by_length(
    corpus: EncodedCorpus, batch: int, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield batches of indices of dialogues of similar length, in random order."""
    order = np.argsort(corpus.lengths, kind="stable")
    parts = [order[start : start + batch] for start in range(0, len(order), batch)]
    for number in generator.permutation(len(parts)):
        yield parts[number]


def num_turns(corpus: EncodedCorpus) -> int:
    """Return the number of real turns."""
    return int(corpus.lengths.sum())


def first_batch(corpus: EncodedCorpus, task: Any) -> NDArray[np.int64]:
    """Return the indices of the first dialogues, on which the outputs of all contenders are compared."""
    return np.arange(min(task.batch, len(corpus.lengths)))
