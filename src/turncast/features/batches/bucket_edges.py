"""The lengths that dialogues are padded to: few, and such that little is padding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# No more shapes are made than bring the share of real turns to this: each costs a second or two of compiling.
_ENOUGH_FILL = 0.85
_MOST_EDGES = 64


def rows_of_batch(dialogues: int, turns: int, batch_turns: int) -> int:
    """Return how many of the dialogues of one length share a batch of at most `batch_turns` turn slots.

    As many batches are made as the budget asks for, all of about the same size: none is mostly padding.

    >>> rows_of_batch(10, 5, 40)
    5
    """
    at_once = max(1, batch_turns // turns)
    return -(-dialogues // -(-dialogues // at_once))


def bucket_edges(
    lengths: Sequence[int] | NDArray[np.int64], most: int, batch_turns: int | None = None
) -> list[int]:
    """Return at most `most` ascending lengths, such that padding each length up to the next wastes least.

    Fewer are returned where they waste little.

    Args:
        lengths: one for each dialogue.
        most: so many edges at most.
        batch_turns: turn slots of a batch; the empty rows of a last batch are waste then, too.

    >>> bucket_edges([2, 2, 3, 3, 20, 21], most=2)
    [3, 21]
    >>> bucket_edges([18, 19, 20], most=2)
    [20]
    >>> bucket_edges([18, 19, 20], most=2, batch_turns=40)
    [18, 20]
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
    found: list[tuple[int, int]] = []
    for _ in range(min(most, len(edges))):
        with_one_more = cost[:-1, None] + np.triu((below[None, 1:] - below[:-1, None]) * edges[None, :])
        with_one_more[np.tril_indices(len(edges), -1)] = np.inf
        chosen.append(with_one_more.argmin(0))
        cost = np.concatenate([[np.inf], with_one_more.min(0)])
        cost[0] = 0.0
        found = _found(chosen, edges, below)
        if np.sum(lengths) >= _ENOUGH_FILL * sum(_slots(*bucket, batch_turns) for bucket in found):
            break
    return [edge for _, edge in found]


def _found(
    chosen: list[NDArray[np.int64]], edges: NDArray[np.int64], below: NDArray[np.int64]
) -> list[tuple[int, int]]:
    """Return (how many dialogues, the edge that they are padded to) of each bucket that was chosen."""
    found, end = list[tuple[int, int]](), len(edges)
    for starts in reversed(chosen):
        if end == 0:
            break
        start = int(starts[end - 1])
        found.append((int(below[end] - below[start]), int(edges[end - 1])))
        end = start
    return found[::-1]


def _slots(dialogues: int, turns: int, batch_turns: int | None) -> int:
    """Return how many turn slots the batches of a bucket have."""
    if batch_turns is None:
        return dialogues * turns
    rows = rows_of_batch(dialogues, turns, batch_turns)
    return -(-dialogues // rows) * rows * turns
