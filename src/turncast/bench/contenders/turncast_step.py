"""One conversation, stepped by turncast's NumPy runtime."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.contenders.stepping import Stepping
from turncast.config import NetworkConfig
from turncast.runtime import NumpyNetwork


class TurncastStep(Stepping):
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
