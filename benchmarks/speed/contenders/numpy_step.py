"""A straightforward LSTM step in NumPy: dense bits, one matrix product for each layer."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.stepping import SteppingRunner


class NumpyStep(SteppingRunner):
    """Steps all conversations at once."""

    def build(self) -> None:
        """Do nothing: the weights are used as they are."""

    def start(self) -> Any:
        """Return the initial output and cell state."""
        return (np.zeros((self.task.batch, self.task.units), np.float32),) * 2

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        weights, (output, cell) = self.weights, state
        x = self.dense(bits) @ weights["bit_dense/kernel"] + weights["bit_dense/bias"]
        gates = x @ weights["hidden_0/kernel"] + output @ weights["hidden_0/recurrent_kernel"]
        gates = gates + weights["hidden_0/bias"]
        input_gate, forget_gate, candidate, output_gate = np.split(gates, 4, axis=-1)
        cell = _sigmoid(forget_gate) * cell + _sigmoid(input_gate) * np.tanh(candidate)
        output = _sigmoid(output_gate) * np.tanh(cell)
        logits = output @ weights["actions/kernel"] + weights["actions/bias"]
        exponentials = np.exp(logits - logits.max(-1, keepdims=True))
        return exponentials / exponentials.sum(-1, keepdims=True), (output, cell)


def _sigmoid(x: NDArray[np.float32]) -> NDArray[np.float32]:
    result: NDArray[np.float32] = np.divide(1, 1 + np.exp(-x), dtype=np.float32)
    return result
