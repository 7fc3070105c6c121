"""Steps by ONNX Runtime with the graph that turncast exports."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.stepping import SteppingRunner
from turncast.config import NetworkConfig
from turncast.cores import available_cores
from turncast.runtime import OnnxNetwork, onnx_model


class OnnxStep(SteppingRunner):
    """Steps with `OnnxNetwork`: one thread for one conversation, else a thread for each core."""

    def prepare_bits(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices as 64-bit integers, as ONNX Runtime takes them."""
        return bits.astype(np.int64)

    def build(self) -> None:
        """Build the ONNX session."""
        config = NetworkConfig(units=self.task.units, bit_units=self.task.bit_units)
        content = onnx_model(config, self.weights, multi=False).SerializeToString()
        self._network = OnnxNetwork(content, available_cores() if self.task.batch > 1 else 1)

    def start(self) -> Any:
        """Return the initial states."""
        return self._network.start(self.task.batch)

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new states."""
        return self._network.step(state, bits)
