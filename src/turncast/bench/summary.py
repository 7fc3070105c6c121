"""Medians, spread and ratios of rounds that took turns."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """The middle of some figures, and their ends.

    >>> Spread.of([3.0, 1.0, 2.0])
    Spread(median=2.0, least=1.0, most=3.0)
    """

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """Sum figures up."""
        return cls(statistics.median(figures), min(figures), max(figures))

    @classmethod
    def of_ratios(cls, figures: Sequence[float], others: Sequence[float]) -> Spread:
        """Sum up how many times the others the figures are, round by round.

        Rounds side by side share the noise.

        >>> Spread.of_ratios([10.0, 20.0, 40.0], [5.0, 10.0, 10.0])
        Spread(median=2.0, least=2.0, most=4.0)
        """
        return cls.of([figure / other for figure, other in zip(figures, others, strict=True)])


def percentile(samples: Sequence[float], share: float) -> float:
    """Return what so many in a hundred samples do not exceed.

    >>> percentile([1.0, 2.0, 3.0], 50)
    2.0
    """
    return float(np.percentile(samples, share))
