"""Many conversations, or one, stepped by ONNX Runtime with the graph that turncast writes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.contenders.stepping import Stepping
from turncast.config import NetworkConfig
from turncast.cores import available_cores
from turncast.runtime import OnnxNetwork, onnx_model


class OnnxStep(Stepping):
    """Steps with `OnnxNetwork`: a thread for each core, where there are many conversations."""

    def given(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices as ONNX Runtime takes them."""
        return bits.astype(np.int64)

    def build(self) -> None:
        """Make the network."""
        config = NetworkConfig(units=self.problem.units, bit_units=self.problem.bit_units)
        content = onnx_model(config, self.weights, multi=False).SerializeToString()
        self._network = OnnxNetwork(content, available_cores() if self.problem.batch > 1 else 1)

    def start(self) -> Any:
        """Return the states before the first turn."""
        return self._network.start(self.problem.batch)

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new states."""
        return self._network.step(state, bits)
