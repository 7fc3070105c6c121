"""How often answers are wrong, and how many are given, at each confidence below which none is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_CHANCE = 0.05


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """Decisions in order of confidence, the surest first: a point for each threshold that one may choose.

    Attributes:
        thresholds: of confidence, falling.
        answered: how many decisions are at least so sure.
        wrong: how many of these are wrong.

    >>> curve = RiskCurve.of(np.array([0.9, 0.5, 0.8, 0.5]), np.array([True, False, True, True]))
    >>> curve.thresholds, curve.answered, curve.wrong, curve.area
    ((0.9, 0.8, 0.5), (1, 2, 4), (0, 0, 1), 0.125)
    """

    thresholds: tuple[float, ...]
    answered: tuple[int, ...]
    wrong: tuple[int, ...]

    @classmethod
    def of(cls, confidences: NDArray[Any], right: NDArray[np.bool_]) -> RiskCurve:
        """Return the curve of N decisions.

        Args:
            confidences: how sure each was, (N,).
            right: whether each was right, (N,).
        """
        order = (-confidences).argsort(kind="stable")
        confidences, wrong = confidences[order], (~right[order]).cumsum()
        last = np.flatnonzero(np.append(confidences[1:] != confidences[:-1], True)[: len(confidences)])
        return cls(tuple(confidences[last].tolist()), tuple((last + 1).tolist()), tuple(wrong[last].tolist()))

    def thinned(self, points: int) -> RiskCurve:
        """Return at most so many of the points, of about equally many decisions; the last is kept.

        >>> RiskCurve((0.9, 0.8, 0.7, 0.6), (1, 2, 3, 4), (0, 0, 0, 1)).thinned(2)
        RiskCurve(thresholds=(0.8, 0.6), answered=(2, 4), wrong=(0, 1))
        """
        if len(self.thresholds) <= points:
            return self
        wanted = np.arange(1, points + 1) * self.answered[-1] / points
        kept = sorted({int(place) for place in np.searchsorted(self.answered, wanted)})
        return RiskCurve(
            tuple(self.thresholds[place] for place in kept),
            tuple(self.answered[place] for place in kept),
            tuple(self.wrong[place] for place in kept),
        )

    @property
    def area(self) -> float:
        """The area under risk against coverage: the mean risk over all shares that may be answered.

        Risk is wrong / answered, coverage answered / all. 0 is best. Of equal confidences all are answered or
        none. Source: Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation", 2019.
        """
        steps = np.diff(self.answered, prepend=0)
        return float((steps * self.wrong / self.answered).sum() / max(1, steps.sum()))

    def threshold(self, max_error: float) -> float | None:
        """Return the lowest threshold at which at most this share of answers is wrong; None where none is.

        The share in these decisions alone would promise too much, as they are few. So a threshold fits where
        the one-sided upper bound of the share, at 95% confidence, is at most `max_error`: were the true share
        larger, so few wrong answers would come with a chance below 5%. 59 answers without a wrong one allow
        5%, 149 allow 2%. Source: Clopper and Pearson, "The use of confidence or fiducial limits", 1934.

        >>> curve = RiskCurve((0.9, 0.8, 0.7), (58, 59, 80), (0, 0, 10))
        >>> curve.threshold(0.05), curve.threshold(0.04), curve.threshold(1.0)
        (0.8, None, 0.0)
        """
        if max_error >= 1:
            return 0.0
        points = zip(self.thresholds, self.answered, self.wrong, strict=True)
        fits = [
            threshold
            for threshold, answered, wrong in points
            if chance_of_so_few(wrong, answered, max_error) <= _CHANCE
        ]
        return fits[-1] if fits else None

    def to_json(self) -> dict[str, list[Any]]:
        """Return the points as plain values."""
        rows = {"thresholds": self.thresholds, "answered": self.answered, "wrong": self.wrong}
        return {name: list(row) for name, row in rows.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, list[Any]]) -> RiskCurve:
        """Make the curve that `to_json` described."""
        return cls(*(tuple(values[name]) for name in ("thresholds", "answered", "wrong")))


def chance_of_so_few(wrong: int, answered: int, error: float) -> float:
    """Return the chance of at most so many wrong answers where each is wrong with the chance `error`, 0 to 1.

    >>> round(chance_of_so_few(1, 3, 0.5), 6)  # (1 + 3) of 8 outcomes
    0.5
    """
    k = np.arange(1, wrong + 1)
    steps = np.log((answered - k + 1) / k) + math.log(error) - math.log1p(-error)
    logs = answered * math.log1p(-error) + np.append(0.0, steps.cumsum())
    return float(np.exp(logs).sum())
