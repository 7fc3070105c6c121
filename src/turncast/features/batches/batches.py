"""Batches of dialogues of similar length, within a limit of turn slots."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features.batches.augmentation import Augmentation
from turncast.features.batches.buckets import Bucket, make_buckets
from turncast.features.batches.encoded_corpus import EncodedCorpus, Ragged
from turncast.features.text.tokens import PADDING

_MAX_LENGTHS = 6


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs, targets and weights of B dialogues of at most T turns, always together.

    Attributes:
        inputs: by name: `bits`, the indices of set bits, (B, T, K), F fills up; where words are read in
            order `tokens`, (B, T, W), 0 fills up; where the network needs it `mask`, (B, T), true for a turn.
        targets: action indices of N targets, (B, N, L); A is an unknown action, A + 1 fills up, -1 - a says
            that a rule refuses action a. N is T, or T * k where each decision has k targets, or 1 for a whole
            dialogue.
        weights: the weight of each target, (B, N): 1, or as given; 0 for padding.
        num_turns: how many of the B * T time steps read a turn or have a target.
    """

    inputs: dict[str, NDArray[Any]]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]
    num_turns: int

    @property
    def num_targets(self) -> int:
        """The number of targets, padding not counted."""
        return int(np.count_nonzero(self.weights))


class Batches:
    """The batches of an encoded corpus, in few different shapes, since each shape is compiled.

    Args:
        encoded: the corpus.
        batch_turns: turn slots of a batch; a longer dialogue is a batch of its own.
        max_lengths: the most different lengths that dialogues are padded to.
        weights: the weight of each target of the corpus; 1 where they are not given.
    """

    def __init__(
        self,
        encoded: EncodedCorpus,
        batch_turns: int,
        max_lengths: int = _MAX_LENGTHS,
        weights: NDArray[np.float32] | None = None,
    ) -> None:
        self.encoded, self._weights = encoded, weights
        self._most_refused = 0 if encoded.refused is None else int(encoded.refused.lengths.max())
        self._first_turns, self._first_targets = encoded.first_turns, encoded.first_targets
        self._time_steps, self._num_targets = encoded.time_steps, encoded.decisions * encoded.horizon
        self._one_target_per_turn = np.array_equal(self._num_targets, encoded.lengths)
        self.buckets = tuple(make_buckets(encoded, batch_turns, max_lengths))

    @property
    def num_turns(self) -> int:
        """The number of turns in an epoch, padding not counted."""
        return int(self._time_steps.sum())

    @property
    def num_batches(self) -> int:
        """The number of batches in an epoch."""
        return sum(bucket.num_batches for bucket in self.buckets)

    @property
    def num_targets(self) -> int:
        """The number of targets in an epoch."""
        return int(self._num_targets.sum())

    @property
    def weight(self) -> float:
        """The sum of the weights of all targets."""
        return float(self.num_targets if self._weights is None else self._weights.sum())

    @property
    def num_decisions(self) -> int:
        """The number of decisions in an epoch: of the k targets of a decision only the first counts."""
        return int(self.encoded.decisions.sum())

    @property
    def horizon(self) -> int:
        """k, the number of targets of each decision."""
        return self.encoded.horizon

    @property
    def fill(self) -> float:
        """The share of turn slots that hold a real turn."""
        slots = sum(bucket.num_batches * bucket.batch_size * bucket.turns for bucket in self.buckets)
        return self.num_turns / slots

    def single_batch(self) -> Batch:
        """Return all dialogues, in order, as one batch."""
        first = self.buckets[0]
        sizes = {
            name: max(getattr(bucket, name) for bucket in self.buckets)
            for name in ("turns", "bits", "tokens", "targets")
        }
        dialogues = np.arange(len(self._time_steps))
        bucket = replace(first, dialogues=dialogues, batch_size=len(dialogues), **sizes)
        return self._batch(bucket, dialogues)

    def of_each_shape(self, most: int | None = 1) -> Iterator[Batch]:
        """Yield at most `most` batches of each shape; all of them where it is None."""
        for bucket in self.buckets:
            for dialogues in islice(_chunks(bucket.dialogues, bucket.batch_size), most):
                yield self._batch(bucket, dialogues)

    def in_order(self) -> Iterator[Batch]:
        """Yield every dialogue once, in a fixed order."""
        return self.of_each_shape(most=None)

    def collect(self, function: Callable[[Batch], NDArray[Any]]) -> NDArray[Any]:
        """Return the values of a function of a batch, (B, N, ...), for all targets in corpus order."""
        values, indices = list[NDArray[Any]](), list[NDArray[np.int64]]()
        for bucket in self.buckets:
            for dialogues in _chunks(bucket.dialogues, bucket.batch_size):
                shape = (bucket.batch_size, bucket.targets)
                real, targets = _items(self._first_targets, self._num_targets, dialogues, shape)
                values.append(function(self._batch(bucket, dialogues))[real])
                indices.append(targets)
        return np.concatenate(values)[np.argsort(np.concatenate(indices))]

    def shuffled(
        self, generator: np.random.Generator, augmentation: Augmentation | None = None
    ) -> Iterator[Batch]:
        """Yield every dialogue once, in a random order drawn from `generator`, with augmented inputs."""
        planned = [
            (bucket, dialogues)
            for bucket in self.buckets
            for dialogues in _chunks(generator.permutation(bucket.dialogues), bucket.batch_size)
        ]
        augmentation = augmentation or Augmentation()
        for index in generator.permutation(len(planned)):
            batch, turns = self._batch(*planned[index]), self._turns(*planned[index])
            yield replace(
                batch, inputs=augmentation.apply(batch.inputs, self.encoded.tables, turns, generator)
            )

    def _turns(self, bucket: Bucket, dialogues: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the index of each turn of a batch, (B, T); -1 is padding."""
        turns = np.full((bucket.batch_size, bucket.turns), -1, np.int64)
        real, indices = _items(self._first_turns, self.encoded.lengths, dialogues, turns.shape)
        turns[real] = indices
        return turns

    def _batch(self, bucket: Bucket, dialogues: NDArray[np.int64]) -> Batch:
        encoded, size = self.encoded, bucket.batch_size
        real, indices = _items(self._first_turns, encoded.lengths, dialogues, (size, bucket.turns))
        inputs: dict[str, NDArray[Any]] = {
            "bits": _padded(encoded.bits, real, indices, bucket.bits, encoded.num_features)
        }
        if encoded.tokens is not None:
            inputs["tokens"] = _padded(encoded.tokens, real, indices, bucket.tokens, PADDING)
        if encoded.masked:
            inputs["mask"] = real
        if not self._one_target_per_turn:  # else each target has the position and index of its turn
            real, indices = _items(self._first_targets, self._num_targets, dialogues, (size, bucket.targets))
        targets = _padded(encoded.targets, real, indices, bucket.actions, encoded.num_actions + 1)
        weights = real.astype(np.float32)
        if self._weights is not None:
            weights[real] = self._weights[indices]
        if encoded.refused is not None:
            refused = _padded(encoded.refused, real, indices, self._most_refused, -2 - encoded.num_actions)
            targets = np.concatenate([targets, -1 - refused], axis=-1)
        return Batch(inputs, targets, weights, int(self._time_steps[dialogues].sum()))


def _items(
    firsts: NDArray[np.int64],
    lengths: NDArray[np.int64],
    dialogues: NDArray[np.int64],
    shape: tuple[int, int],
) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Return which positions of a batch hold an item (a turn or a target), and the indices of these items."""
    columns = np.arange(shape[1])
    count, first = np.zeros(shape[0], np.int64), np.zeros(shape[0], np.int64)
    count[: len(dialogues)], first[: len(dialogues)] = lengths[dialogues], firsts[dialogues]
    real = columns < count[:, None]
    return real, (first[:, None] + columns)[real]


def _padded(
    lists: Ragged, real: NDArray[np.bool_], indices: NDArray[np.int64], width: int, fill: int
) -> NDArray[np.int32]:
    """Return (B, N, width): the lists with these indices at the real positions, `fill` elsewhere."""
    array = np.full((*real.shape, width), fill, np.int32)
    array[real] = lists.padded(indices, width, fill)
    return array


def _chunks(dialogues: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(dialogues), size):
        yield dialogues[start : start + size]
