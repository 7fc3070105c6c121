"""95% intervals by bootstrap over dialogues.

The turns of a dialogue are not independent of one another, dialogues are: so dialogues are drawn, with all
their turns, never turns (Efron, Bootstrap methods, 1979; the percentile interval).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2000
SEED = 1
_AT_ONCE = 1_000_000  # numbers in memory


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a share lies with 95% of the resampled corpora.

    >>> str(Interval(0.8125, 0.9))
    '81.2% to 90.0%'
    """

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:.1%} to {self.high:.1%}"

    def to_json(self) -> list[float]:
        """Return both ends."""
        return [self.low, self.high]


def resample(
    dialogues: Mapping[tuple[int, ...], int], resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.int64]:
    """Draw corpora of as many dialogues, with replacement, and return the sums over each: (R, K).

    Dialogues of the same K figures are the same to a sum. So it is enough to draw how often each kind of
    dialogue comes, from a multinomial distribution: the same bootstrap, at a cost that follows the kinds.

    Args:
        dialogues: the K figures of a dialogue -> how many dialogues have them; at least one.
        resamples: R, how many corpora are drawn.
        seed: the same seed draws the same corpora.

    >>> resample({(3, 4): 10}, resamples=2).tolist()
    [[30, 40], [30, 40]]
    """
    kinds = np.array(sorted(dialogues), np.int64)
    counts = np.array([dialogues[tuple(kind)] for kind in kinds.tolist()], np.int64)
    generator, num_dialogues = np.random.default_rng(seed), int(counts.sum())
    shares, step = counts / num_dialogues, max(1, _AT_ONCE // len(counts))
    sums = [
        generator.multinomial(num_dialogues, shares, min(step, resamples - first)) @ kinds
        for first in range(0, resamples, step)
    ]
    return np.concatenate(sums)


def interval(values: NDArray[np.float64]) -> Interval:
    """Return the interval of what was computed on each resampled corpus, of shape (R,)."""
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(float(low), float(high))
