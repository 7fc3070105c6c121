"""An LSTM step as one writes it down with NumPy: dense bits, a product for each layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.contenders.stepping import Stepping


class NumpyStep(Stepping):
    """Steps all conversations at once."""

    def build(self) -> None:
        """Nothing to make."""

    def start(self) -> Any:
        """Return output and memory before the first turn."""
        return (np.zeros((self.problem.batch, self.problem.units), np.float32),) * 2

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        weights, (output, memory) = self.weights, state
        x = self.dense(bits) @ weights["bit_dense/kernel"] + weights["bit_dense/bias"]
        gates = x @ weights["hidden_0/kernel"] + output @ weights["hidden_0/recurrent_kernel"]
        take, forget, candidate, show = np.split(gates + weights["hidden_0/bias"], 4, axis=-1)
        memory = _sigmoid(forget) * memory + _sigmoid(take) * np.tanh(candidate)
        output = _sigmoid(show) * np.tanh(memory)
        logits = output @ weights["actions/kernel"] + weights["actions/bias"]
        raised = np.exp(logits - logits.max(-1, keepdims=True))
        return raised / raised.sum(-1, keepdims=True), (output, memory)


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = np.divide(1, 1 + np.exp(-x), dtype=np.float32)
    return result
