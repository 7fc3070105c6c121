"""Thresholds: the probability from which each of several independent actions is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_HALF = 0.5
MIN_RIGHT = 10
"""An action with fewer right decisions gets one half: its best threshold would be chance."""


def fit_thresholds(probabilities: NDArray[Any], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each action the threshold with the best F1 in N decisions, (A,).

    A threshold is the middle between two neighbouring probabilities, or one half where that is as good. Of
    several best ones it is the nearest to one half.

    Args:
        probabilities: of the actions, (N, A).
        true: the bits of the right actions, (N, A).

    >>> probabilities = np.array([[0.9], [0.3], [0.2], [0.1]] * 10)
    >>> fit_thresholds(probabilities, probabilities > 0.25).tolist()
    [0.25]
    """
    pairs = zip(np.asarray(probabilities, np.float64).T, true.T, strict=True)
    return np.array([_best_threshold(*pair) if pair[1].sum() >= MIN_RIGHT else _HALF for pair in pairs])


def _best_threshold(probabilities: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Return the threshold of one action, from its probabilities and bits (N,)."""
    order = (-probabilities).argsort(kind="stable")
    falling, hits = probabilities[order], true[order].cumsum()
    last = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))  # of equal probabilities
    f1 = 2 * hits[last] / (last + 1 + true.sum())
    best = last[f1 == f1.max()]
    above, below = falling[best], np.append(falling, 0.0)[best + 1]
    # Any threshold between `below` and `above` takes the same decisions.
    nearest = np.where((below < _HALF) & (above >= _HALF), _HALF, (above + below) / 2)
    return float(nearest[np.abs(nearest - _HALF).argmin()])
