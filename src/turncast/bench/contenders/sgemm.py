"""The most 32-bit operations a second that NumPy's product of matrices reaches with all cores."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.bench.problem import Problem
from turncast.bench.round import Round

_SIZES = (1024, 1536, 2048)
_REPEATS = 2


class Sgemm:
    """Multiplies square matrices of several sizes; a round is its best product."""

    def __init__(self, problem: Problem, folder: Path) -> None:  # noqa: ARG002  # it has no sizes to take
        generator = np.random.default_rng(1)
        self._matrices = {size: generator.normal(size=(2, size, size)).astype(np.float32) for size in _SIZES}

    def first(self) -> float:
        """Start the threads."""
        self._product(_SIZES[0])
        return float("nan")

    def outputs(self) -> NDArray[np.float32]:
        """Return nothing: there is no network."""
        return np.zeros(0, np.float32)

    def losses(self) -> list[float]:
        """Return none."""
        return []

    def round(self) -> Round:
        """Return the product with the most operations a second, 2 n^3 in all."""
        rounds = [self._product(size) for size in _SIZES for _ in range(_REPEATS)]
        return max(rounds, key=lambda one: one.rate)

    def _product(self, size: int) -> Round:
        first, second = self._matrices[size]
        started = time.perf_counter()
        first @ second
        return Round(time.perf_counter() - started, 2 * size**3)
