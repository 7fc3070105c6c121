"""Batches of dialogues of like length, within a budget of turn slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features.batches.augmentation import Augmentation
from turncast.features.batches.bucket_edges import bucket_edges, rows_of_batch
from turncast.features.batches.encoded_corpus import EncodedCorpus, Ragged
from turncast.features.text.tokens import PADDING

_MOST_BUCKETS = 6
# Dialogues with a turn of so many times more bits than is usual are batched apart, not to widen the rest.
_HEAVY = 4
# So many batches of one length are worth a second shape for shorter texts: a network that reads the words
# in order goes through each token slot, and most would be empty.
_WORTH_A_SHAPE = 8


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs, targets and weights of B dialogues of at most T turns, always together.

    Attributes:
        inputs: by name: `bits`, the indices of set bits, (B, T, K), F fills up; where words are read in
            order `tokens`, (B, T, W), 0 fills up; where the network needs it `mask`, (B, T), true for a turn.
        targets: indices of actions for each of N answers, (B, N, L); A is an unknown action, A + 1 fills up;
            -1 - a says that a rule refuses action a. N is T, or T * k where each turn has k answers (turn by
            turn), or 1 for a whole dialogue.
        weights: (B, N), of an answer 1, or what else it was given; 0 for padding.
        turns: how many of the B * T turns are real, or have a real answer.
    """

    inputs: dict[str, NDArray[Any]]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    turns: int

    @property
    def answers(self) -> int:
        """How many answers are real."""
        return int(np.count_nonzero(self.weights))


@dataclass(frozen=True, slots=True)
class Bucket:
    """Dialogues of like length, which share the shapes of one batch.

    Attributes:
        dialogues: their numbers.
        rows: B.
        turns: T.
        bits: K.
        tokens: W.
        answers: N.
        actions: L.
    """

    dialogues: NDArray[np.int64]
    rows: int
    turns: int
    bits: int
    tokens: int
    answers: int
    actions: int

    @property
    def batches(self) -> int:
        """How many batches a pass makes of it; the last may have empty rows."""
        return -(-len(self.dialogues) // self.rows)


class Batches:
    """The batches of an encoded corpus; few shapes, so that few are compiled.

    Args:
        encoded: the corpus.
        batch_turns: turn slots of a batch; a longer dialogue is a batch of its own.
        most_lengths: dialogues are grouped by at most so many lengths.
        weights: of each answer of the corpus; 1 where they are not given.
    """

    def __init__(
        self,
        encoded: EncodedCorpus,
        batch_turns: int,
        most_lengths: int = _MOST_BUCKETS,
        weights: NDArray[np.float32] | None = None,
    ) -> None:
        self.encoded, self._weights = encoded, weights
        self._most_refused = 0 if encoded.refused is None else int(encoded.refused.lengths.max())
        self._first_turns, self._first_answers = encoded.first_turns, encoded.first_answers
        self._slots, self._answers = encoded.slots, encoded.rows * encoded.a_row
        self._one_each = np.array_equal(self._answers, encoded.lengths)
        self.buckets = tuple(_buckets(encoded, batch_turns, most_lengths, self._one_each))

    @property
    def turns(self) -> int:
        """How many turns a pass goes through, padding not counted."""
        return int(self._slots.sum())

    @property
    def count(self) -> int:
        """How many batches a pass has."""
        return sum(bucket.batches for bucket in self.buckets)

    @property
    def answers(self) -> int:
        """How many answers a pass goes through."""
        return int(self._answers.sum())

    @property
    def weight(self) -> float:
        """The sum of all answers' weights."""
        return float(self.answers if self._weights is None else self._weights.sum())

    @property
    def rows(self) -> int:
        """How many decisions a pass goes through: answers, those further ahead not counted."""
        return int(self.encoded.rows.sum())

    @property
    def a_row(self) -> int:
        """k: each k-th answer is the first of a row."""
        return self.encoded.a_row

    @property
    def fill(self) -> float:
        """The share of turn slots that hold a real turn."""
        slots = sum(bucket.batches * bucket.rows * bucket.turns for bucket in self.buckets)
        return self.turns / slots

    def whole(self) -> Batch:
        """Return all dialogues as one batch, the first first."""
        first = self.buckets[0]
        sizes = {
            name: max(getattr(bucket, name) for bucket in self.buckets)
            for name in ("turns", "bits", "tokens", "answers")
        }
        dialogues = np.arange(len(self._slots))
        return self._batch(replace(first, dialogues=dialogues, rows=len(dialogues), **sizes), dialogues)

    def examples(self, most: int = 1) -> Iterator[Batch]:
        """Yield a batch of each shape, or some more."""
        for bucket in self.buckets:
            for rows in islice(_chunks(bucket.dialogues, bucket.rows), most):
                yield self._batch(bucket, rows)

    def in_order(self) -> Iterator[Batch]:
        """Yield every dialogue once, in a fixed order."""
        for bucket in self.buckets:
            for rows in _chunks(bucket.dialogues, bucket.rows):
                yield self._batch(bucket, rows)

    def gathered(self, answer: Callable[[Batch], NDArray[Any]]) -> NDArray[Any]:
        """Return what `answer` says of each answer of a batch, (B, N, ...), in the order of the corpus."""
        said, places = list[NDArray[Any]](), list[NDArray[np.int64]]()
        for bucket in self.buckets:
            for rows in _chunks(bucket.dialogues, bucket.rows):
                shape = (bucket.rows, bucket.answers)
                real, numbers = _places(self._first_answers, self._answers, rows, shape)
                said.append(answer(self._batch(bucket, rows))[real])
                places.append(numbers)
        return np.concatenate(said)[np.argsort(np.concatenate(places))]

    def shuffled(
        self, generator: np.random.Generator, augmentation: Augmentation | None = None
    ) -> Iterator[Batch]:
        """Yield every dialogue once, in a random order drawn from `generator`, the inputs corrupted."""
        planned = [
            (bucket, rows)
            for bucket in self.buckets
            for rows in _chunks(generator.permutation(bucket.dialogues), bucket.rows)
        ]
        for index in generator.permutation(len(planned)):
            bucket, rows = planned[index]
            batch, turns = self._batch(bucket, rows), self._turns(bucket, rows)
            inputs = (augmentation or Augmentation()).apply(batch.inputs, self.encoded, turns, generator)
            yield replace(batch, inputs=inputs)

    def _turns(self, bucket: Bucket, dialogues: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number of each turn of a batch, (B, T); -1 is padding."""
        turns = np.full((bucket.rows, bucket.turns), -1, np.int64)
        real, numbers = _places(self._first_turns, self.encoded.lengths, dialogues, turns.shape)
        turns[real] = numbers
        return turns

    def _batch(self, bucket: Bucket, dialogues: NDArray[np.int64]) -> Batch:
        encoded, rows = self.encoded, bucket.rows
        real, numbers = _places(self._first_turns, encoded.lengths, dialogues, (rows, bucket.turns))
        inputs: dict[str, NDArray[Any]] = {
            "bits": _filled(encoded.bits, real, numbers, bucket.bits, encoded.num_features)
        }
        if encoded.tokens is not None:
            inputs["tokens"] = _filled(encoded.tokens, real, numbers, bucket.tokens, PADDING)
        if encoded.masked:
            inputs["mask"] = real
        if not self._one_each:  # else an answer stands where its turn does
            real, numbers = _places(self._first_answers, self._answers, dialogues, (rows, bucket.answers))
        targets = _filled(encoded.answers, real, numbers, bucket.actions, encoded.num_actions + 1)
        weights = real.astype(np.float32)
        if self._weights is not None:
            weights[real] = self._weights[numbers]
        if encoded.refused is not None:
            refused = _filled(encoded.refused, real, numbers, self._most_refused, -2 - encoded.num_actions)
            targets = np.concatenate([targets, -1 - refused], axis=-1)
        return Batch(inputs, targets, weights, int(self._slots[dialogues].sum()))


def _places(
    firsts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    dialogues: NDArray[np.int64],
    shape: tuple[int, int],
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which places of a batch are real, of that shape, and the number of the list for each of them."""
    columns = np.arange(shape[1])
    long, first = np.zeros(shape[0], np.int64), np.zeros(shape[0], np.int64)
    long[: len(dialogues)], first[: len(dialogues)] = lengths[dialogues], firsts[dialogues]
    real = columns < long[:, None]
    return real, (first[:, None] + columns)[real]


def _filled(
    lists: Ragged, real: NDArray[np.bool_], numbers: NDArray[np.int64], width: int, fill: int
) -> NDArray[np.int32]:
    """Return (B, N, width): at the real places the lists of those numbers, elsewhere `fill`."""
    array = np.full((*real.shape, width), fill, np.int32)
    array[real] = lists.padded(numbers, width, fill)
    return array


def _chunks(dialogues: NDArray[np.int64], rows: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(dialogues), rows):
        yield dialogues[start : start + rows]


def _buckets(encoded: EncodedCorpus, batch_turns: int, most_lengths: int, one_each: bool) -> Iterator[Bucket]:
    most_bits = _most(encoded.bits, encoded.first_turns)
    most_tokens = np.zeros_like(most_bits)
    if encoded.tokens is not None:
        most_tokens = _most(encoded.tokens, encoded.first_turns)
    most_actions = max(1, int(encoded.answers.lengths.max()))
    for dialogues, turns in _of_like_length(encoded.slots, _heavy(most_bits), most_lengths, batch_turns):
        for alike in _of_like_width(dialogues, most_tokens, max(1, batch_turns // turns)):
            yield Bucket(
                alike,
                rows=rows_of_batch(len(alike), turns, batch_turns),
                turns=turns,
                bits=max(1, int(most_bits[alike].max())),
                tokens=max(1, int(most_tokens[alike].max())),
                answers=turns if one_each else int(encoded.rows[alike].max()) * encoded.a_row,
                actions=most_actions,
            )


def _of_like_length(
    slots: NDArray[np.int64], heavy: NDArray[np.bool_], most: int, batch_turns: int
) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Yield dialogues of like length, and the length of the longest of them."""
    for group in (np.flatnonzero(~heavy), np.flatnonzero(heavy)):
        lengths, low = slots[group], 0
        for edge in bucket_edges(lengths, most, batch_turns) if len(group) else ():
            yield group[(lengths > low) & (lengths <= edge)], edge
            low = edge


def _of_like_width(
    dialogues: NDArray[np.int64], most_tokens: NDArray[np.int64], at_once: int
) -> Iterator[NDArray[np.int64]]:
    """Yield dialogues whose longest texts are alike, in two parts at most; in one where they are few."""
    widths, low, many = most_tokens[dialogues], -1, len(dialogues) > _WORTH_A_SHAPE * at_once
    for edge in bucket_edges(widths, most=2) if many else [int(widths.max())]:
        yield dialogues[(widths > low) & (widths <= edge)]
        low = edge


def _most(lists: Ragged, first_turns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of each dialogue's longest list, (D,)."""
    longest: NDArray[np.int64] = np.maximum.reduceat(lists.lengths, first_turns)
    return longest


def _heavy(most: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(most > _HEAVY * max(16, np.quantile(most, 0.95)))
