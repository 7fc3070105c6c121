"""Dialogues of set bits as the others' batches: padded to their longest, the bits as dense 0/1 numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features import EncodedCorpus

NO_ACTION = -100
"""The target of a padded turn, and of an action that is unknown."""


@dataclass(frozen=True, slots=True)
class Lessons:
    """Some dialogues, padded to the longest of them.

    Attributes:
        real: which turns are real, (B, T).
        turns: the numbers of the real turns, in order.
        targets: an action for each turn, `NO_ACTION` where there is none, (B, T).
    """

    real: NDArray[np.bool_]
    turns: NDArray[np.int64]
    targets: NDArray[np.int64]

    @classmethod
    def of(cls, corpus: EncodedCorpus, dialogues: NDArray[np.int64]) -> Lessons:
        """Take dialogues by their numbers."""
        lengths = corpus.lengths[dialogues]
        columns = np.arange(lengths.max())
        real = columns < lengths[:, None]
        turns = (corpus.first_turns[dialogues][:, None] + columns)[real]
        targets = np.full(real.shape, NO_ACTION, np.int64)
        answers = corpus.answers.values[corpus.answers.offsets[turns]]
        targets[real] = np.where(answers < corpus.num_actions, answers, NO_ACTION)
        return cls(real, turns, targets)

    def dense(self, corpus: EncodedCorpus) -> NDArray[np.float32]:
        """Return the bits as (B, T, F)."""
        places = np.flatnonzero(self.real)
        lengths = corpus.bits.lengths[self.turns]
        x = np.zeros((self.real.size, corpus.num_features), np.float32)
        x[np.repeat(places, lengths), self.indices(corpus)] = 1
        return x.reshape(*self.real.shape, -1)

    def indices(self, corpus: EncodedCorpus) -> NDArray[np.int32]:
        """Return the indices of all bits, turn after turn."""
        starts, lengths = corpus.bits.offsets[self.turns], corpus.bits.lengths[self.turns]
        before = np.cumsum(lengths) - lengths
        found: NDArray[np.int32] = corpus.bits.values[
            np.repeat(starts - before, lengths) + np.arange(lengths.sum())
        ]
        return found

    def offsets(self, corpus: EncodedCorpus) -> NDArray[np.int64]:
        """Return where the bits of each place begin, of padding too, (B * T,)."""
        lengths = np.zeros(self.real.size, np.int64)
        lengths[np.flatnonzero(self.real)] = corpus.bits.lengths[self.turns]
        return np.cumsum(lengths) - lengths


def sorted_batches(
    corpus: EncodedCorpus, batch: int, generator: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield the numbers of dialogues of like length, the batches in a random order."""
    order = np.argsort(corpus.lengths, kind="stable")
    parts = [order[start : start + batch] for start in range(0, len(order), batch)]
    for number in generator.permutation(len(parts)):
        yield parts[number]


def turns_of(corpus: EncodedCorpus) -> int:
    """Return how many real turns there are."""
    return int(corpus.lengths.sum())


def first_batch(corpus: EncodedCorpus, problem: Any) -> NDArray[np.int64]:
    """Return the dialogues on which all contenders' outputs are compared: the first ones."""
    return np.arange(min(problem.batch, len(corpus.lengths)))
