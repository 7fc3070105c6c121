"""Risk against coverage: the share of wrong answers at each confidence threshold, and how many are given."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SIGNIFICANCE = 0.05


@dataclass(frozen=True, slots=True)
class RiskCurve:
    """The risk-coverage curve of a set of decisions: a point for each possible threshold.

    Attributes:
        thresholds: of confidence, descending.
        answered: for each threshold, the number of decisions with at least this confidence.
        wrong: for each threshold, how many of these are wrong.

    >>> curve = RiskCurve.from_decisions(np.array([0.9, 0.5, 0.8, 0.5]), np.array([True, False, True, True]))
    >>> curve.thresholds, curve.answered, curve.wrong, curve.area
    ((0.9, 0.8, 0.5), (1, 2, 4), (0, 0, 1), 0.125)
    """

    thresholds: tuple[float, ...]
    answered: tuple[int, ...]
    wrong: tuple[int, ...]

    @classmethod
    def from_decisions(cls, confidences: NDArray[Any], right: NDArray[np.bool_]) -> RiskCurve:
        """Return the curve of N decisions.

        Args:
            confidences: the confidence of each, (N,).
            right: whether each is right, (N,).
        """
        order = (-confidences).argsort(kind="stable")
        confidences, wrong = confidences[order], (~right[order]).cumsum()
        last = np.flatnonzero(np.append(confidences[1:] != confidences[:-1], True)[: len(confidences)])
        return cls(tuple(confidences[last].tolist()), tuple((last + 1).tolist()), tuple(wrong[last].tolist()))

    def thinned(self, points: int) -> RiskCurve:
        """Return a curve of at most this many points, at about equal steps of decisions, with the last point.

        >>> RiskCurve((0.9, 0.8, 0.7, 0.6), (1, 2, 3, 4), (0, 0, 0, 1)).thinned(2)
        RiskCurve(thresholds=(0.8, 0.6), answered=(2, 4), wrong=(0, 1))
        """
        if len(self.thresholds) <= points:
            return self
        wanted = np.arange(1, points + 1) * self.answered[-1] / points
        chosen = sorted({int(index) for index in np.searchsorted(self.answered, wanted)})
        return RiskCurve(
            thresholds=tuple(self.thresholds[index] for index in chosen),
            answered=tuple(self.answered[index] for index in chosen),
            wrong=tuple(self.wrong[index] for index in chosen),
        )

    @property
    def area(self) -> float:
        """The area under the risk-coverage curve: the mean risk over all coverages; 0 is best.

        Risk is wrong / answered, coverage is answered / all. Decisions of equal confidence are answered
        together. Source: Geifman, Uziel and El-Yaniv, "Bias-Reduced Uncertainty Estimation", 2019.
        """
        steps = np.diff(self.answered, prepend=0)
        return float((steps * self.wrong / self.answered).sum() / max(1, steps.sum()))

    def threshold(self, max_error: float) -> float | None:
        """Return the lowest threshold at which at most this share of answers is wrong; None where none fits.

        The share in these few decisions would promise too much. So a threshold fits if the one-sided upper
        bound of the share, at 95% confidence, is at most `max_error`: if the true share were larger, so few
        wrong answers would occur with a probability below 5%. 59 answers without a wrong one allow 5%, 149
        allow 2%. Source: Clopper and Pearson, "The use of confidence or fiducial limits", 1934.

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
            if binomial_tail(wrong, answered, max_error) <= _SIGNIFICANCE
        ]
        return fits[-1] if fits else None

    def to_json(self) -> dict[str, list[Any]]:
        """Return the points as values for JSON."""
        rows = {"thresholds": self.thresholds, "answered": self.answered, "wrong": self.wrong}
        return {name: list(row) for name, row in rows.items()}

    @classmethod
    def from_json(cls, values: Mapping[str, list[Any]]) -> RiskCurve:
        """Return the curve that `to_json` described."""
        return cls(
            thresholds=tuple(values["thresholds"]),
            answered=tuple(values["answered"]),
            wrong=tuple(values["wrong"]),
        )


def binomial_tail(wrong: int, answered: int, error: float) -> float:
    """Return P(at most `wrong` of `answered` answers are wrong), each with probability `error`.

    >>> round(binomial_tail(1, 3, 0.5), 6)  # (1 + 3) of 8 outcomes
    0.5
    """
    k = np.arange(1, wrong + 1)
    steps = np.log((answered - k + 1) / k) + math.log(error) - math.log1p(-error)
    logs = answered * math.log1p(-error) + np.append(0.0, steps.cumsum())
    return float(np.exp(logs).sum())
