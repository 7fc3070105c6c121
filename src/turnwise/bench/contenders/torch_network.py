"""The networks in PyTorch, and our weights in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from turnwise.bench.problem import Problem
from turnwise.cores import available_cores


def use_threads() -> None:
    """Let PyTorch take all cores but one: its threads wait for one another, and another process takes one."""
    torch.set_num_threads(max(1, available_cores() - 1))


class TorchNetwork(nn.Module):  # type: ignore[misc]
    """An LSTM over turns and a linear layer, over numbers, bits or words.

    Args:
        problem: the sizes.
        bags: whether bits come as bags of indices, and not as dense numbers.
    """

    def __init__(self, problem: Problem, bags: bool) -> None:
        super().__init__()
        below = problem.features
        self.bits: Any = None
        if problem.has_bits:
            below = problem.bit_units
            self.bits = (
                nn.EmbeddingBag(problem.features, below, mode="sum", include_last_offset=False)
                if bags
                else nn.Linear(problem.features, below, bias=False)
            )
            self.bit_bias = nn.Parameter(torch.zeros(below))
        self.embedding: Any = None
        if problem.kind == "hierarchy":
            below = problem.word_units
            self.embedding = nn.Embedding(problem.vocabulary, below)
            self.words = nn.LSTM(below, below, batch_first=True)
        self.lstm = nn.LSTM(below, problem.units, batch_first=True)
        self.dropout = nn.Dropout(problem.dropout)
        self.actions = nn.Linear(problem.units, problem.actions)

    def forward(self, x: Any, offsets: Any = None, shape: tuple[int, int] = (0, 0)) -> Any:
        """Return logits (B, T, A).

        Args:
            x: numbers (B, T, F), words (B, T, W), or the indices of all bits.
            offsets: where the bits of each turn begin, (B * T,).
            shape: B and T, where there are offsets.
        """
        if offsets is not None:
            x = (self.bits(x, offsets) + self.bit_bias).reshape(*shape, -1)
        elif self.bits is not None:
            x = self.bits(x) + self.bit_bias
        elif self.embedding is not None:
            x = self._read(x)
        return self.actions(self.dropout(self.lstm(x)[0]))

    def _read(self, tokens: Any) -> Any:
        """Fold the turns into the batch, and take of each the output at its last word."""
        batch, turns, words = tokens.shape
        folded = tokens.reshape(-1, words)
        outputs, _ = self.words(self.embedding(folded))
        last = (folded != 0).sum(1) - 1
        return outputs[torch.arange(len(folded)), last].reshape(batch, turns, -1)


def torch_network(problem: Problem, weights: Mapping[str, NDArray[np.float32]], bags: bool) -> TorchNetwork:
    """Return the network with weights of our names and layout."""
    model = TorchNetwork(problem, bags)
    with torch.no_grad():
        give_lstm(model.lstm, weights, "hidden_0")
        model.actions.weight.copy_(tensor(weights["actions/kernel"].T))
        model.actions.bias.copy_(tensor(weights["actions/bias"]))
        if model.bits is not None:
            kernel = weights["bit_dense/kernel"]
            model.bits.weight.copy_(tensor(kernel if bags else kernel.T))
            model.bit_bias.copy_(tensor(weights["bit_dense/bias"]))
        if model.embedding is not None:
            model.embedding.weight.copy_(tensor(weights["embedding/embeddings"]))
            give_lstm(model.words, weights, "words")
    return model


def give_lstm(module: Any, weights: Mapping[str, NDArray[np.float32]], name: str) -> None:
    """Give an LSTM (or its cell) weights of our layout; its second bias, which no one needs, is zero and stays.

    The order of the gates is the same.
    """
    parts = dict(module.named_parameters())
    suffix = "_l0" if "weight_ih_l0" in parts else ""
    parts[f"weight_ih{suffix}"].copy_(tensor(weights[f"{name}/kernel"].T))
    parts[f"weight_hh{suffix}"].copy_(tensor(weights[f"{name}/recurrent_kernel"].T))
    parts[f"bias_ih{suffix}"].copy_(tensor(weights[f"{name}/bias"]))
    parts[f"bias_hh{suffix}"].zero_().requires_grad_(False)


def tensor(array: NDArray[Any]) -> Any:
    """Return an array as a tensor."""
    return torch.from_numpy(np.ascontiguousarray(array))
