"""Buckets: groups of dialogues of similar length that share the shapes of a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.features.batches.encoded_corpus import EncodedCorpus, Ragged

# Each shape costs a second or two of compiling: where the share of real turns is this high, no edge is added.
_ENOUGH_FILL = 0.85
_MAX_EDGES = 64
# A dialogue is heavy if one of its turns has 4 times more bits than is usual. Heavy dialogues have buckets of
# their own, since they would widen the batches of all others.
_HEAVY = 4
# With fewer batches of one length, a second shape for shorter texts is not worth its compiling. With more it
# is: a network that reads words in order computes every token slot, and most would be empty.
_MIN_BATCHES_TO_SPLIT = 8


@dataclass(frozen=True, slots=True)
class Bucket:
    """Dialogues of similar length, and the shapes of their batches.

    Attributes:
        dialogues: the indices of the dialogues.
        batch_size: B.
        turns: T.
        bits: K.
        tokens: W.
        targets: N.
        actions: L.
    """

    dialogues: NDArray[np.int64]
    batch_size: int
    turns: int
    bits: int
    tokens: int
    targets: int
    actions: int

    @property
    def num_batches(self) -> int:
        """The number of batches in an epoch; the last may have empty rows."""
        return -(-len(self.dialogues) // self.batch_size)


def make_buckets(encoded: EncodedCorpus, batch_turns: int, max_lengths: int) -> Iterator[Bucket]:
    """Yield the buckets of a corpus.

    Args:
        encoded: the corpus.
        batch_turns: turn slots of a batch.
        max_lengths: the most different lengths T.
    """
    most_bits = _longest_lists(encoded.bits, encoded.first_turns)
    most_tokens = np.zeros_like(most_bits)
    if encoded.tokens is not None:
        most_tokens = _longest_lists(encoded.tokens, encoded.first_turns)
    targets = encoded.decisions * encoded.horizon
    one_target_per_turn = np.array_equal(targets, encoded.lengths)
    most_actions = max(1, int(encoded.targets.lengths.max()))
    heavy = most_bits > _HEAVY * max(16, np.quantile(most_bits, 0.95))
    for similar, turns in _by_length(encoded.time_steps, heavy, max_lengths, batch_turns):
        for dialogues in _by_text_length(similar, most_tokens, max(1, batch_turns // turns)):
            yield Bucket(
                dialogues,
                batch_size=batch_size(len(dialogues), turns, batch_turns),
                turns=turns,
                bits=max(1, int(most_bits[dialogues].max())),
                tokens=max(1, int(most_tokens[dialogues].max())),
                targets=turns if one_target_per_turn else int(targets[dialogues].max()),
                actions=most_actions,
            )


def batch_size(dialogues: int, turns: int, batch_turns: int) -> int:
    """Return how many dialogues of one length share a batch of at most `batch_turns` turn slots.

    The batches are as few as this limit allows, and of about equal size, so that none is mostly padding.

    >>> batch_size(10, 5, 40)
    5
    """
    most = max(1, batch_turns // turns)
    return -(-dialogues // -(-dialogues // most))


def bucket_edges(
    lengths: Sequence[int] | NDArray[np.int64], most: int, batch_turns: int | None = None
) -> list[int]:
    """Return at most `most` ascending lengths for which padding each length up to the next wastes least.

    Fewer lengths are returned where they waste little.

    Args:
        lengths: the length of each dialogue.
        most: the largest number of edges.
        batch_turns: turn slots of a batch; where given, the empty rows of a last batch count as waste too.

    >>> bucket_edges([2, 2, 3, 3, 20, 21], most=2)
    [3, 21]
    >>> bucket_edges([18, 19, 20], most=2)
    [20]
    >>> bucket_edges([18, 19, 20], most=2, batch_turns=40)
    [18, 20]
    """
    edges, counts = np.unique(np.asarray(lengths), return_counts=True)
    if len(edges) > _MAX_EDGES:
        quantiles = np.quantile(lengths, np.linspace(0, 1, _MAX_EDGES), method="higher")
        edges = np.unique(quantiles.astype(np.int64))
        counts = np.diff(np.concatenate([[0], np.searchsorted(np.sort(lengths), edges, side="right")]))
    below = np.concatenate([[0], np.cumsum(counts)])  # below[n]: the number of dialogues up to edge n - 1
    # Dynamic programming. cost[n]: the least slots for these dialogues with the buckets used so far; the
    # arrays in `chosen` hold, for each number of buckets, where the last bucket starts.
    cost = np.concatenate([[0.0], np.full(len(edges), np.inf)])
    chosen: list[NDArray[np.int64]] = []
    buckets: list[tuple[int, int]] = []
    for _ in range(min(most, len(edges))):
        with_one_more = cost[:-1, None] + np.triu((below[None, 1:] - below[:-1, None]) * edges[None, :])
        with_one_more[np.tril_indices(len(edges), -1)] = np.inf
        chosen.append(with_one_more.argmin(0))
        cost = np.concatenate([[np.inf], with_one_more.min(0)])
        cost[0] = 0.0
        buckets = _trace_back(chosen, edges, below)
        if np.sum(lengths) >= _ENOUGH_FILL * sum(_slots(*bucket, batch_turns) for bucket in buckets):
            break
    return [edge for _, edge in buckets]


def _trace_back(
    chosen: list[NDArray[np.int64]], edges: NDArray[np.int64], below: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return (number of dialogues, edge) of each chosen bucket, ascending."""
    buckets, end = list[tuple[int, int]](), len(edges)
    for starts in reversed(chosen):
        if end == 0:
            break
        start = int(starts[end - 1])
        buckets.append((int(below[end] - below[start]), int(edges[end - 1])))
        end = start
    return buckets[::-1]


def _slots(dialogues: int, turns: int, batch_turns: int | None) -> int:
    """Return the number of turn slots in the batches of a bucket."""
    if batch_turns is None:
        return dialogues * turns
    size = batch_size(dialogues, turns, batch_turns)
    return -(-dialogues // size) * size * turns


def _by_length(
    time_steps: NDArray[np.int64], heavy: NDArray[np.bool_], most: int, batch_turns: int
) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Yield dialogues of similar length, and the length of the longest of them; heavy ones apart."""
    for group in (np.flatnonzero(~heavy), np.flatnonzero(heavy)):
        lengths, low = time_steps[group], 0
        for edge in bucket_edges(lengths, most, batch_turns) if len(group) else ():
            yield group[(lengths > low) & (lengths <= edge)], edge
            low = edge


def _by_text_length(
    dialogues: NDArray[np.int64], most_tokens: NDArray[np.int64], size: int
) -> Iterator[NDArray[np.int64]]:
    """Yield the dialogues in one group or, where they fill many batches, in two by their longest text."""
    widths, low, many = most_tokens[dialogues], -1, len(dialogues) > _MIN_BATCHES_TO_SPLIT * size
    for edge in bucket_edges(widths, most=2) if many else [int(widths.max())]:
        yield dialogues[(widths > low) & (widths <= edge)]
        low = edge


def _longest_lists(lists: Ragged, first_turns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the length of each dialogue's longest list, (D,)."""
    longest: NDArray[np.int64] = np.maximum.reduceat(lists.lengths, first_turns)
    return longest
