"""From which probability on each of several actions is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_HALF = 0.5
FEWEST = 10
"""An action that was right less often keeps one half: its best threshold would be chance."""


def fit_thresholds(probabilities: NDArray[Any], true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return for each action the threshold with its best F1 in N decisions, (A,).

    It lies in the middle between two probabilities, or is one half where that is as good. Among equally good
    ones it is the nearest to one half.

    Args:
        probabilities: of the actions, (N, A).
        true: the bits of what is right, (N, A).

    >>> probabilities = np.array([[0.9], [0.3], [0.2], [0.1]] * 10)
    >>> fit_thresholds(probabilities, probabilities > 0.25).tolist()
    [0.25]
    """
    pairs = zip(np.asarray(probabilities, np.float64).T, true.T, strict=True)
    return np.array([_best(*pair) if pair[1].sum() >= FEWEST else _HALF for pair in pairs])


def _best(probabilities: NDArray[np.float64], true: NDArray[np.bool_]) -> float:
    """Return the threshold of one action."""
    order = (-probabilities).argsort(kind="stable")
    falling, hits = probabilities[order], true[order].cumsum()
    last = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))  # of those that are equal
    f1 = 2 * hits[last] / (last + 1 + true.sum())
    best = last[f1 == f1.max()]
    above, below = falling[best], np.append(falling, 0.0)[best + 1]
    # A threshold takes the first `best + 1` wherever it lies above the next probability.
    nearest = np.where((below < _HALF) & (above >= _HALF), _HALF, (above + below) / 2)
    return float(nearest[np.abs(nearest - _HALF).argmin()])
