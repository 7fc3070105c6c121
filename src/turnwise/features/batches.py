"""Batches of dialogues of like length, within a budget of turn slots."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from turnwise.features.encoded import EncodedCorpus

_MOST_BUCKETS = 5
# No more shapes are made than bring the share of real turns to this: each costs a second or two of compiling.
_ENOUGH_FILL = 0.85
_MOST_EDGES = 64
# Dialogues with a turn of so many times more bits than is usual are batched apart, not to widen the rest.
_HEAVY = 4


@dataclass(frozen=True, slots=True)
class Batch:
    """Inputs, targets and weights of B dialogues of at most T turns, always together.

    Attributes:
        inputs: indices of set bits, (B, T, K); F fills up.
        targets: indices of actions, (B, T, L); A is an unknown action, A + 1 fills up.
        weights: (B, T), 1 for a turn and 0 for padding.
        turns: how many turns are real.
    """

    inputs: NDArray[np.int32]
    targets: NDArray[np.int32]
    weights: NDArray[np.float32]

    @property
    def turns(self) -> int:
        """How many turns are real."""
        return int(np.count_nonzero(self.weights))


@dataclass(frozen=True, slots=True)
class Bucket:
    """Dialogues of like length, which share one batch shape (B, T, K)."""

    dialogues: NDArray[np.int64]
    rows: int
    turns: int
    bits: int
    actions: int


class Batches:
    """The batches of an encoded corpus; few shapes, so that few are compiled.

    Args:
        encoded: the corpus.
        batch_turns: turn slots of a batch; a longer dialogue is a batch of its own.
    """

    def __init__(self, encoded: EncodedCorpus, batch_turns: int) -> None:
        self._encoded = encoded
        self._first_turns = encoded.first_turns
        self.buckets = tuple(_buckets(encoded, batch_turns))

    @property
    def turns(self) -> int:
        """How many turns a pass goes through, padding not counted."""
        return int(self._encoded.lengths.sum())

    @property
    def fill(self) -> float:
        """The share of turn slots that hold a real turn."""
        slots = sum(
            -(-len(bucket.dialogues) // bucket.rows) * bucket.rows * bucket.turns for bucket in self.buckets
        )
        return self.turns / slots

    def in_order(self) -> Iterator[Batch]:
        """Yield every dialogue once, in a fixed order."""
        for bucket in self.buckets:
            for rows in _chunks(bucket.dialogues, bucket.rows):
                yield self._batch(bucket, rows)

    def shuffled(self, generator: np.random.Generator, word_dropout: float = 0.0) -> Iterator[Batch]:
        """Yield every dialogue once, in a random order drawn from `generator`.

        Args:
            generator: the source of chance.
            word_dropout: this share of the users' words is made unknown, so that the bit of the unknown word
                is learned too where the training part holds few such words.
        """
        planned = [
            (bucket, rows)
            for bucket in self.buckets
            for rows in _chunks(generator.permutation(bucket.dialogues), bucket.rows)
        ]
        for index in generator.permutation(len(planned)):
            batch = self._batch(*planned[index])
            hidden = generator.random(batch.inputs.shape, np.float32) < word_dropout
            inputs = np.where(hidden, self._encoded.without_words[batch.inputs], batch.inputs)
            yield replace(batch, inputs=inputs)

    def _batch(self, bucket: Bucket, dialogues: NDArray[np.int64]) -> Batch:
        encoded, (rows, turns) = self._encoded, (bucket.rows, bucket.turns)
        lengths = np.zeros(rows, np.int64)
        lengths[: len(dialogues)] = encoded.lengths[dialogues]
        real = np.arange(turns) < lengths[:, None]
        first = np.zeros(rows, np.int64)
        first[: len(dialogues)] = self._first_turns[dialogues]
        numbers = (first[:, None] + np.arange(turns))[real]
        inputs = np.full((rows, turns, bucket.bits), encoded.num_features, np.int32)
        inputs[real] = encoded.bits.padded(numbers, bucket.bits, encoded.num_features)
        targets = np.full((rows, turns, bucket.actions), encoded.num_actions + 1, np.int32)
        targets[real] = encoded.actions.padded(numbers, bucket.actions, encoded.num_actions + 1)
        return Batch(inputs, targets, real.astype(np.float32))


def _chunks(dialogues: NDArray[np.int64], rows: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(dialogues), rows):
        yield dialogues[start : start + rows]


def _buckets(encoded: EncodedCorpus, batch_turns: int) -> Iterator[Bucket]:
    most_bits = np.maximum.reduceat(encoded.bits.lengths, encoded.first_turns)
    heavy = most_bits > _HEAVY * max(16, np.quantile(most_bits, 0.95))
    most_actions = max(1, int(encoded.actions.lengths.max()))
    for group in (np.flatnonzero(~heavy), np.flatnonzero(heavy)):
        lengths = encoded.lengths[group]
        low = 0
        for edge in bucket_edges(lengths) if len(group) else ():
            dialogues = group[(lengths > low) & (lengths <= edge)]
            # As many batches as the budget asks for, all of about the same size: none is mostly padding.
            batches = -(-len(dialogues) // max(1, batch_turns // edge))
            rows = -(-len(dialogues) // batches)
            yield Bucket(dialogues, rows, edge, max(1, int(most_bits[dialogues].max())), most_actions)
            low = edge


def bucket_edges(lengths: Sequence[int] | NDArray[np.int64], most: int = _MOST_BUCKETS) -> list[int]:
    """Return at most `most` ascending lengths, such that padding each length up to the next wastes least.

    Fewer are returned where they waste little.

    >>> bucket_edges([2, 2, 3, 3, 20, 21], most=2)
    [3, 21]
    >>> bucket_edges([18, 19, 20])
    [20]
    """
    edges, counts = np.unique(np.asarray(lengths), return_counts=True)
    if len(edges) > _MOST_EDGES:
        wanted = np.unique(
            np.quantile(lengths, np.linspace(0, 1, _MOST_EDGES), method="higher").astype(np.int64)
        )
        counts = np.diff(np.concatenate([[0], np.searchsorted(np.sort(lengths), wanted, side="right")]))
        edges = wanted
    below = np.concatenate([[0], np.cumsum(counts)])  # dialogues shorter than edge n
    # cost[n]: least slots for the dialogues below edge n with the buckets used so far; chosen: how.
    cost = np.concatenate([[0.0], np.full(len(edges), np.inf)])
    chosen: list[NDArray[np.int64]] = []
    for _ in range(min(most, len(edges))):
        with_one_more = cost[:-1, None] + np.triu((below[None, 1:] - below[:-1, None]) * edges[None, :])
        with_one_more[np.tril_indices(len(edges), -1)] = np.inf
        chosen.append(with_one_more.argmin(0))
        cost = np.concatenate([[np.inf], with_one_more.min(0)])
        cost[0] = 0.0
        if np.sum(lengths) >= _ENOUGH_FILL * cost[-1]:
            break
    found, end = list[int](), len(edges)
    for starts in reversed(chosen):
        if end == 0:
            break
        found.append(int(edges[end - 1]))
        end = int(starts[end - 1])
    return found[::-1]
