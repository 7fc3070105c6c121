"""Medians, spreads and ratios of alternating rounds."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, least and most of some figures.

    >>> Spread.from_figures([3.0, 1.0, 2.0])
    Spread(median=2.0, least=1.0, most=3.0)
    """

    median: float
    least: float
    most: float

    @classmethod
    def from_figures(cls, figures: Sequence[float]) -> Spread:
        """Return the spread of the figures."""
        return cls(statistics.median(figures), min(figures), max(figures))

    @classmethod
    def from_ratios(cls, figures: Sequence[float], others: Sequence[float]) -> Spread:
        """Return the spread of figure / other, round by round: both rounds met the same noise.

        >>> Spread.from_ratios([10.0, 20.0, 40.0], [5.0, 10.0, 10.0])
        Spread(median=2.0, least=2.0, most=4.0)
        """
        return cls.from_figures([figure / other for figure, other in zip(figures, others, strict=True)])


def percentile(samples: Sequence[float], percent: float) -> float:
    """Return the percentile of the samples.

    >>> percentile([1.0, 2.0, 3.0], 50)
    2.0
    """
    return float(np.percentile(samples, percent))
