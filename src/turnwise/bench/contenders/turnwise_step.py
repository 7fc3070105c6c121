"""One conversation, stepped by turnwise's NumPy runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from turnwise.bench.contenders.stepping import Stepping
from turnwise.config import NetworkConfig
from turnwise.runtime import NumpyNetwork


class TurnwiseStep(Stepping):
    """Steps with `NumpyNetwork`."""

    def given(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices of the one conversation."""
        return bits[0].tolist()

    def build(self) -> None:
        """Make the network."""
        config = NetworkConfig(units=self.problem.units, bit_units=self.problem.bit_units)
        self._network = NumpyNetwork(config, self.weights, multi=False)

    def start(self) -> Any:
        """Return the state before the first turn."""
        return self._network.start()

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        return self._network.step(state, bits)
