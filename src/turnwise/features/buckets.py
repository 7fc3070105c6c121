"""Buckets: dialogues of like length, so that few shapes are compiled and little is padded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turnwise.features.encoded import EncodedCorpus, Ragged

MOST_BUCKETS = 6
# No more shapes are made than bring the share of real turns to this: each costs a second or two of compiling.
_ENOUGH_FILL = 0.85
_MOST_EDGES = 64
# Dialogues with a turn of so many times more bits than is usual are batched apart, not to widen the rest.
_HEAVY = 4
# So many batches of one length are worth a second shape for shorter texts: a network that reads the words
# in order goes through each token slot, and most would be empty.
_WORTH_A_SHAPE = 8


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


def make_buckets(encoded: EncodedCorpus, batch_turns: int, most_lengths: int) -> Iterator[Bucket]:
    """Yield the buckets of a corpus for batches of so many turn slots."""
    most_bits = _most(encoded.bits, encoded.first_turns)
    most_tokens = np.zeros_like(most_bits)
    if encoded.tokens is not None:
        most_tokens = _most(encoded.tokens, encoded.first_turns)
    most_actions = max(1, int(encoded.answers.lengths.max()))
    for dialogues, turns in _of_like_length(encoded.slots, _heavy(most_bits), most_lengths):
        at_once = max(1, batch_turns // turns)
        for alike in _of_like_width(dialogues, most_tokens, at_once):
            # As many batches as the budget asks for, all of about the same size: none is mostly padding.
            batches = -(-len(alike) // at_once)
            yield Bucket(
                alike,
                rows=-(-len(alike) // batches),
                turns=turns,
                bits=max(1, int(most_bits[alike].max())),
                tokens=max(1, int(most_tokens[alike].max())),
                answers=int(encoded.rows[alike].max()) * encoded.a_row,
                actions=most_actions,
            )


def _of_like_length(
    slots: NDArray[np.int64], heavy: NDArray[np.bool_], most: int
) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Yield dialogues of like length, and the length of the longest of them."""
    for group in (np.flatnonzero(~heavy), np.flatnonzero(heavy)):
        lengths, low = slots[group], 0
        for edge in bucket_edges(lengths, most) if len(group) else ():
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


def bucket_edges(lengths: Sequence[int] | NDArray[np.int64], most: int = MOST_BUCKETS) -> list[int]:
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
