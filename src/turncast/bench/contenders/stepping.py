"""What all share that step conversations: from lists of set bits to probabilities, state in and state out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.arrays import read_arrays
from turncast.bench.problem import Problem
from turncast.bench.round import Round, sampled

COMPARED = 10
"""So many steps from the beginning are compared."""


class Stepping(ABC):
    """Steps the same B conversations with all."""

    def __init__(self, problem: Problem, folder: Path) -> None:
        self.problem, self.weights = problem, read_arrays(folder, "weights")
        self._turns = [self.given(bits) for bits in read_arrays(folder, "data")["bits"]]
        self._state: Any = None

    def given(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices of set bits (B, K) as they come in; this is not timed."""
        return bits

    @abstractmethod
    def build(self) -> None:
        """Make the network."""

    @abstractmethod
    def start(self) -> Any:
        """Return the state before the first turn."""

    @abstractmethod
    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities (B, A), or (A,) of one conversation, and the new state."""

    def first(self) -> float:
        """Build, and take the first step."""
        self.build()
        _, self._state = self.step(self.start(), self._turns[0])
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities of the first steps."""
        state, found = self.start(), []
        for bits in self._turns[:COMPARED]:
            probabilities, state = self.step(state, bits)
            found.append(np.reshape(probabilities, (self.problem.batch, -1)))
        return np.stack(found)

    def losses(self) -> list[float]:
        """Return none."""
        return []

    def round(self) -> Round:
        """Step on, a call for each of the turns."""

        def call(bits: Any) -> None:
            _, self._state = self.step(self._state, bits)

        return sampled(self.problem.batch, call, self._turns)

    def dense(self, bits: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the bits as (B, F)."""
        x = np.zeros((len(bits), self.problem.features), np.float32)
        x[np.arange(len(bits))[:, None], bits] = 1
        return x
