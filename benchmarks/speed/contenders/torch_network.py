"""The networks of the tasks in PyTorch, with the weights of the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.task import BenchmarkTask
from turncast.cores import available_cores

Weights = Mapping[str, NDArray[np.float32]]


def use_threads() -> None:
    """Use all cores but one: PyTorch's threads wait for one another, so one busy core slows all of them."""
    import torch

    torch.set_num_threads(max(1, available_cores() - 1))


class TorchNetwork:
    """An LSTM over turns and a linear layer; the input is numbers, bits or words.

    Args:
        task: the sizes.
        weights: by turncast's names, in its shapes.
        bags: whether bits are bags of indices instead of dense numbers.

    Attributes:
        layers: PyTorch's modules.
    """

    def __init__(self, task: BenchmarkTask, weights: Weights, bags: bool) -> None:
        import torch
        from torch import nn

        self._torch, self.layers = torch, nn.ModuleDict()
        inputs = task.features
        if task.has_bits:
            table = tensor(weights["bit_dense/kernel"])
            inputs = task.bit_units
            if bags:
                self.layers["bits"] = nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="sum")
            else:
                self.layers["bits"] = _linear(table.T)
            self._bias = nn.Parameter(tensor(weights["bit_dense/bias"]))
            self.layers["bits"].register_parameter("added", self._bias)
        if task.kind == "hierarchy":
            table = tensor(weights["embedding/embeddings"])
            inputs = task.word_units
            self.layers["embedding"] = nn.Embedding.from_pretrained(table, freeze=False)
            self.layers["words"] = _with_weights(nn.LSTM(inputs, inputs, batch_first=True), weights, "words")
        lstm = nn.LSTM(inputs, task.units, batch_first=True)
        self.layers["lstm"] = _with_weights(lstm, weights, "hidden_0")
        self.layers["dropout"] = nn.Dropout(task.dropout)
        self.layers["actions"] = _linear(tensor(weights["actions/kernel"].T), weights["actions/bias"])

    def __call__(self, x: Any, offsets: Any = None, shape: tuple[int, int] = (0, 0)) -> Any:
        """Return logits (B, T, A).

        Args:
            x: numbers (B, T, F), words (B, T, W), or the indices of all bits.
            offsets: where the bits of each turn begin, (B * T,); None for dense input.
            shape: (B, T), needed with offsets.
        """
        layers = self.layers
        if offsets is not None:
            x = (layers["bits"](x, offsets) + self._bias).reshape(*shape, -1)
        elif "bits" in layers:
            x = layers["bits"](x) + self._bias
        elif "embedding" in layers:
            x = self._encode_words(x)
        return layers["actions"](layers["dropout"](layers["lstm"](x)[0]))

    def _encode_words(self, tokens: Any) -> Any:
        """Return the word LSTM's output at the last word of each turn, (B, T, word units)."""
        batch, turns, words = tokens.shape
        folded = tokens.reshape(-1, words)
        outputs, _ = self.layers["words"](self.layers["embedding"](folded))
        last = (folded != 0).sum(1) - 1
        return outputs[self._torch.arange(len(folded)), last].reshape(batch, turns, -1)


def set_lstm_weights(module: Any, weights: Weights, name: str) -> None:
    """Set the weights of an LSTM or an LSTM cell; Keras and PyTorch have the gates in the same order.

    PyTorch's second bias is redundant: it is zero and not trained.
    """
    parts = dict(module.named_parameters())
    suffix = "_l0" if "weight_ih_l0" in parts else ""
    parts[f"weight_ih{suffix}"].data.copy_(tensor(weights[f"{name}/kernel"].T))
    parts[f"weight_hh{suffix}"].data.copy_(tensor(weights[f"{name}/recurrent_kernel"].T))
    parts[f"bias_ih{suffix}"].data.copy_(tensor(weights[f"{name}/bias"]))
    parts[f"bias_hh{suffix}"].requires_grad_(False).zero_()


def tensor(array: NDArray[Any]) -> Any:
    """Return a copy of an array as a tensor."""
    import torch

    return torch.from_numpy(np.array(array, order="C"))


def _with_weights(module: Any, weights: Weights, name: str) -> Any:
    set_lstm_weights(module, weights, name)
    return module


def _linear(weight: Any, bias: NDArray[np.float32] | None = None) -> Any:
    from torch import nn

    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=bias is not None)
    layer.weight.data.copy_(weight)
    if bias is not None:
        layer.bias.data.copy_(tensor(bias))
    return layer
