"""Temperature scaling: it makes a probability the share of such predictions that are right."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.policy.decision import logits_from_probabilities
from turncast.runtime.cells import sigmoid

_MIN, _MAX = 0.1, 10.0
_STEPS = 50
_TOLERANCE = 1e-6

Slope = Callable[[float], tuple[float, float]]
"""The first and the second derivative of the mean loss by 1 / temperature."""


def fit_temperature(probabilities: NDArray[Any], true: NDArray[np.bool_], multi: bool) -> float:
    """Return the temperature, 0.1 to 10, with the least mean cross-entropy of N decisions.

    It is one number, so it changes no ranking. The loss is convex in 1 / temperature. The targets are
    smoothed as if there were one more decision with another outcome, so that a dev part without an error
    does not make the policy certain. Sources: Guo et al., "On Calibration of Modern Neural Networks", 2017;
    Platt, "Probabilistic Outputs for Support Vector Machines", 1999.

    Args:
        probabilities: of the actions, (N, A), at temperature 1.
        true: the bits of the right actions, (N, A).
        multi: independent actions; otherwise one of A.

    >>> overconfident = np.array([[0.99, 0.01]] * 100)
    >>> right = np.arange(100) < 80
    >>> round(fit_temperature(overconfident, np.stack([right, ~right], 1), multi=False), 1)
    3.4
    """
    if not multi:
        one = true.sum(-1) == 1  # a turn with several actions has no probability here
        probabilities, true = probabilities[one], true[one]
    if not len(true):
        return 1.0
    logits = logits_from_probabilities(probabilities, multi)
    return 1 / _minimum(_sigmoid_slope(logits, true) if multi else _softmax_slope(logits, true))


def _softmax_slope(logits: NDArray[np.float64], true: NDArray[np.bool_]) -> Slope:
    logits = logits - logits.max(-1, keepdims=True)
    smooth = 1 / (len(true) + 1)
    wanted = (1 - smooth) * logits[true].mean() + smooth * logits.mean()

    def slope(scale: float) -> tuple[float, float]:
        powers = np.exp(scale * logits)
        powers /= powers.sum(-1, keepdims=True)
        means = (powers * logits).sum(-1)
        variances = (powers * logits**2).sum(-1) - means**2
        return float(means.mean() - wanted), float(variances.mean())

    return slope


def _sigmoid_slope(logits: NDArray[np.float64], true: NDArray[np.bool_]) -> Slope:
    positives = int(true.sum())
    negatives = true.size - positives
    wanted = np.where(true, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def slope(scale: float) -> tuple[float, float]:
        predicted = sigmoid(scale * logits)
        return (
            float(((predicted - wanted) * logits).mean()),
            float((predicted * (1 - predicted) * logits**2).mean()),
        )

    return slope


def _minimum(slope: Slope) -> float:
    """Return the minimum of a convex function between the bounds: by Newton's steps, or by bisection."""
    low, high, at = 1 / _MAX, 1 / _MIN, 1.0
    for _ in range(_STEPS):
        first, second = slope(at)
        low, high = (low, at) if first > 0 else (at, high)
        step = at - first / second if second > 0 else math.inf
        after = step if low < step < high else (low + high) / 2
        if abs(after - at) < _TOLERANCE:
            break
        at = after
    return after
