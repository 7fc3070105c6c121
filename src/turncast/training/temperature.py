"""The temperature that makes probabilities as high as they are often right."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.policy.decision import logits_of
from turncast.runtime.cells import sigmoid

_LEAST, _MOST = 0.1, 10.0
_STEPS = 50
_NEAR = 1e-6

Slope = Callable[[float], tuple[float, float]]
"""The first and the second derivative of the mean loss by 1 / temperature."""


def fit_temperature(probabilities: NDArray[Any], true: NDArray[np.bool_], multi: bool) -> float:
    """Return the temperature, 0.1 to 10, with the least mean cross-entropy of N decisions.

    One number for all: it changes no ranking. The loss is convex in 1 / temperature. The targets are smoothed
    as if one decision more had gone otherwise, so that a dev part without an error does not make the policy
    certain. Sources: Guo et al., "On Calibration of Modern Neural Networks", 2017; Platt, "Probabilistic
    Outputs for Support Vector Machines", 1999.

    Args:
        probabilities: of the actions, (N, A), at temperature 1.
        true: the bits of what is right, (N, A).
        multi: independent actions; otherwise one of A.

    >>> overconfident = np.array([[0.99, 0.01]] * 100)
    >>> right = np.arange(100) < 80
    >>> round(fit_temperature(overconfident, np.stack([right, ~right], 1), multi=False), 1)
    3.4
    """
    if not multi:
        one = true.sum(-1) == 1  # a turn of several has no probability here
        probabilities, true = probabilities[one], true[one]
    if not len(true):
        return 1.0
    logits = logits_of(probabilities, multi)
    return 1 / _least(_of_sigmoid(logits, true) if multi else _of_softmax(logits, true))


def _of_softmax(logits: NDArray[np.float64], true: NDArray[np.bool_]) -> Slope:
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


def _of_sigmoid(logits: NDArray[np.float64], true: NDArray[np.bool_]) -> Slope:
    positives = int(true.sum())
    negatives = true.size - positives
    wanted = np.where(true, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def slope(scale: float) -> tuple[float, float]:
        found = sigmoid(scale * logits)
        return (
            float(((found - wanted) * logits).mean()),
            float((found * (1 - found) * logits**2).mean()),
        )

    return slope


def _least(slope: Slope) -> float:
    """Return where a convex function is least between the bounds: Newton's steps, halving where they fail."""
    low, high, at = 1 / _MOST, 1 / _LEAST, 1.0
    for _ in range(_STEPS):
        first, second = slope(at)
        low, high = (low, at) if first > 0 else (at, high)
        step = at - first / second if second > 0 else math.inf
        after = step if low < step < high else (low + high) / 2
        if abs(after - at) < _NEAR:
            break
        at = after
    return after
