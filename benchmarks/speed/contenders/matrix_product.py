"""The peak of the machine: 32-bit operations a second of NumPy's matrix product on all cores."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.rounds import Round
from benchmarks.speed.task import BenchmarkTask

_SIZES = (1024, 1536, 2048)
_REPEATS = 2


class MatrixProduct:
    """Multiplies square matrices of several sizes; a round is the fastest product."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:  # noqa: ARG002  # the signature of a runner
        generator = np.random.default_rng(1)
        self._matrices = {size: generator.normal(size=(2, size, size)).astype(np.float32) for size in _SIZES}

    def first(self) -> float:
        """Multiply once, to start the threads."""
        self._product(_SIZES[0])
        return float("nan")

    def outputs(self) -> NDArray[np.float32]:
        """Return an empty array: there is no network."""
        return np.zeros(0, np.float32)

    def losses(self) -> list[float]:
        """Return an empty list: nothing is trained."""
        return []

    def round(self) -> Round:
        """Return the product with the most operations a second; a product has 2 n^3 operations."""
        rounds = [self._product(size) for size in _SIZES for _ in range(_REPEATS)]
        return max(rounds, key=lambda one: one.rate)

    def _product(self, size: int) -> Round:
        first, second = self._matrices[size]
        started = time.perf_counter()
        first @ second
        return Round(time.perf_counter() - started, 2 * size**3)
