"""PyTorch's `LSTMCell`, its bits as bags of indices."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.contenders.stepping import Stepping
from turncast.bench.contenders.torch_network import give_lstm, tensor, use_threads


class TorchStep(Stepping):
    """Steps without gradients; one conversation in one thread."""

    def given(self, bits: NDArray[np.int32]) -> Any:
        """Return the indices as PyTorch takes them."""
        return tensor(bits.astype(np.int64))

    def build(self) -> None:
        """Make the network."""
        import torch
        from torch import nn

        self._torch, problem, weights = torch, self.problem, self.weights
        use_threads() if problem.batch > 1 else torch.set_num_threads(1)
        kernel = tensor(weights["bit_dense/kernel"])
        self._bags = nn.EmbeddingBag.from_pretrained(kernel, mode="sum")
        self._bias = tensor(weights["bit_dense/bias"])
        self._cell = nn.LSTMCell(problem.bit_units, problem.units)
        self._actions = nn.Linear(problem.units, problem.actions)
        with torch.no_grad():
            give_lstm(self._cell, weights, "hidden_0")
            self._actions.weight.copy_(tensor(weights["actions/kernel"].T))
            self._actions.bias.copy_(tensor(weights["actions/bias"]))

    def start(self) -> Any:
        """Return output and memory before the first turn."""
        return (self._torch.zeros(self.problem.batch, self.problem.units),) * 2

    def step(self, state: Any, bits: Any) -> tuple[NDArray[np.float32], Any]:
        """Return the probabilities and the new state."""
        with self._torch.inference_mode():
            output, memory = self._cell(self._bags(bits) + self._bias, state)
            return self._actions(output).softmax(-1).numpy(), (output, memory)
