"""One conversation, stepped by turncast's NumPy runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.stepping import SteppingRunner
from turncast.config import NetworkConfig
from turncast.runtime import NumpyNetwork


class TurncastStep(SteppingRunner):
    """Steps with `NumpyNetwork`."""

    def prepare_bits(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices of the single conversation as a list."""
        return bits[0].tolist()

    def build(self) -> None:
        """Build the network."""
        config = NetworkConfig(units=self.task.units, bit_units=self.task.bit_units)
        self._network = NumpyNetwork(config, self.weights, multi=False)

    def start(self) -> Any:
        """Return the initial state."""
        return self._network.start()

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        return self._network.step(state, bits)
