"""95% intervals by bootstrap over dialogues.

The turns of a dialogue depend on one another, the dialogues do not. So whole dialogues are resampled, never
single turns (Efron, Bootstrap methods, 1979; percentile interval).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.metrics import percent

RESAMPLES = 2000
SEED = 1
_MOST_NUMBERS = 1_000_000  # drawn at once, to bound the memory


@dataclass(frozen=True, slots=True)
class Interval:
    """The interval that holds a share in 95% of the resampled corpora.

    >>> str(Interval(0.8125, 0.9))
    '81.2% to 90.0%'
    """

    low: float
    high: float

    def __str__(self) -> str:
        return f"{percent(self.low)} to {percent(self.high)}"

    def to_json(self) -> list[float]:
        """Return both bounds."""
        return [self.low, self.high]


def resample(
    dialogues: Mapping[tuple[int, ...], int], resamples: int = RESAMPLES, seed: int = SEED
) -> NDArray[np.int64]:
    """Resample the dialogues with replacement R times, and return the sums of their K figures: (R, K).

    Dialogues with equal figures add the same to a sum. So it is enough to draw how often each kind of
    dialogue occurs, from a multinomial distribution. This is the same bootstrap, and its cost follows the
    number of kinds, not the number of dialogues.

    Args:
        dialogues: the K figures of a kind of dialogue -> the number of dialogues of this kind; not empty.
        resamples: R, the number of resampled corpora.
        seed: the same seed gives the same resampled corpora.

    >>> resample({(3, 4): 10}, resamples=2).tolist()
    [[30, 40], [30, 40]]
    """
    kinds = np.array(sorted(dialogues), np.int64)
    counts = np.array([dialogues[tuple(kind)] for kind in kinds.tolist()], np.int64)
    generator, num_dialogues = np.random.default_rng(seed), int(counts.sum())
    shares, step = counts / num_dialogues, max(1, _MOST_NUMBERS // len(counts))
    sums = [
        generator.multinomial(num_dialogues, shares, min(step, resamples - first)) @ kinds
        for first in range(0, resamples, step)
    ]
    return np.concatenate(sums)


def interval(values: NDArray[np.float64]) -> Interval:
    """Return the 95% interval of a figure, given its value on each resampled corpus, (R,)."""
    low, high = np.quantile(values, (0.025, 0.975))
    return Interval(float(low), float(high))
