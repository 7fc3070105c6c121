"""PyTorch's `LSTMCell`, with bits as bags of indices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.stepping import SteppingRunner
from benchmarks.speed.contenders.torch_network import set_lstm_weights, tensor, use_threads


class TorchStep(SteppingRunner):
    """Steps without gradients; a single conversation in one thread."""

    def prepare_bits(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices as a tensor of 64-bit integers."""
        return tensor(bits.astype(np.int64))

    def build(self) -> None:
        """Build the network."""
        import torch
        from torch import nn

        self._torch, task, weights = torch, self.task, self.weights
        use_threads() if task.batch > 1 else torch.set_num_threads(1)
        kernel = tensor(weights["bit_dense/kernel"])
        self._bags = nn.EmbeddingBag.from_pretrained(kernel, mode="sum")
        self._bias = tensor(weights["bit_dense/bias"])
        self._cell = nn.LSTMCell(task.bit_units, task.units)
        self._actions = nn.Linear(task.units, task.actions)
        with torch.no_grad():
            set_lstm_weights(self._cell, weights, "hidden_0")
            self._actions.weight.copy_(tensor(weights["actions/kernel"].T))
            self._actions.bias.copy_(tensor(weights["actions/bias"]))

    def start(self) -> Any:
        """Return the initial output and cell state."""
        return (self._torch.zeros(self.task.batch, self.task.units),) * 2

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        with self._torch.inference_mode():
            output, cell = self._cell(self._bags(bits) + self._bias, state)
            return self._actions(output).softmax(-1).numpy(), (output, cell)
