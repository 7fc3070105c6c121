"""The base class of runners that step conversations: bits and state in, probabilities and state out."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.rounds import Round, time_calls
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import read_arrays

COMPARED = 10
"""The number of first steps whose outputs are compared."""


class SteppingRunner(ABC):
    """Steps B conversations at once, with the same bits for all contenders."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self.task, self.weights = task, read_arrays(folder, "weights")
        self._turns = [self.prepare_bits(bits) for bits in read_arrays(folder, "data")["bits"]]
        self._state: Any = None

    def prepare_bits(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices of set bits (B, K) in the form that `step` takes; this is not timed."""
        return bits

    @abstractmethod
    def build(self) -> None:
        """Build the network."""

    @abstractmethod
    def start(self) -> Any:
        """Return the initial state."""

    @abstractmethod
    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities (B, A), or (A,) of one conversation, and the new state."""

    def first(self) -> float:
        """Build the network and run the first step."""
        self.build()
        _, self._state = self.step(self.start(), self._turns[0])
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities of the first steps."""
        state, outputs = self.start(), []
        for bits in self._turns[:COMPARED]:
            probabilities, state = self.step(state, bits)
            outputs.append(np.reshape(probabilities, (self.task.batch, -1)))
        return np.stack(outputs)

    def losses(self) -> list[float]:
        """Return an empty list: nothing is trained."""
        return []

    def round(self) -> Round:
        """Step through the turns, one timed call for each."""

        def call(bits: Any) -> None:
            _, self._state = self.step(self._state, bits)

        return time_calls(self.task.batch, call, self._turns)

    def dense(self, bits: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the bits as 0/1 numbers, (B, F)."""
        x = np.zeros((len(bits), self.task.features), np.float32)
        x[np.arange(len(bits))[:, None], bits] = 1
        return x
