"""The whole network in NumPy, turn by turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from turnwise.config import NetworkConfig
from turnwise.errors import ModelError
from turnwise.runtime.cells import Cell, CellState, DenseCell, LSTMCell, Vector, Weights, sigmoid, softmax

State = tuple[CellState, ...]
"""The state of each hidden layer."""


class NumpyNetwork:
    """A trained network that is stepped with NumPy: state in, state out; it never writes to itself.

    Args:
        config: the shape that the weights were trained with.
        weights: arrays by `layer/weight`, as `turnwise.network.read_weights` gives them.
        multi: sigmoid instead of softmax.

    >>> generator = np.random.default_rng(0)
    >>> shapes = {"hidden_0/kernel": (6, 8), "hidden_0/recurrent_kernel": (2, 8), "hidden_0/bias": (8,),
    ...           "actions/kernel": (2, 3), "actions/bias": (3,)}
    >>> weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    >>> network = NumpyNetwork(NetworkConfig(units=2), weights, multi=False)
    >>> probabilities, state = network.step(network.start(), [0, 5])
    >>> probabilities.shape, round(float(probabilities.sum()), 5)
    ((3,), 1.0)
    """

    def __init__(self, config: NetworkConfig, weights: Weights, multi: bool) -> None:
        kind: type[DenseCell | LSTMCell] = DenseCell if config.layout == "one-to-one" else LSTMCell
        try:
            self._cells: tuple[Cell, ...] = tuple(
                kind.of(weights, f"hidden_{index}") for index in range(config.layers)
            )
            self._kernel, self._bias = weights["actions/kernel"], weights["actions/bias"]
        except KeyError as error:
            raise ModelError(f"the weights lack {error}; the model was not saved whole") from None
        self._multi = multi

    @property
    def num_features(self) -> int:
        """F, the width of the input."""
        return len(self._cells[0].kernel)

    @property
    def num_actions(self) -> int:
        """A, the width of the output."""
        return len(self._bias)

    def start(self) -> State:
        """Return the state before the first turn."""
        return tuple(cell.start() for cell in self._cells)

    def step(self, state: State, bits: Sequence[int]) -> tuple[Vector, State]:
        """Return the probabilities (A,) and the new state, from the indices of the set bits."""
        new_states: list[CellState] = []
        x: Any = None
        for cell, old in zip(self._cells, state, strict=True):
            product = cell.kernel[np.asarray(bits, np.intp)].sum(0) if x is None else x @ cell.kernel
            x, new = cell.step(cell.bias + product, old)
            new_states.append(new)
        logits = x @ self._kernel + self._bias
        return (sigmoid(logits) if self._multi else softmax(logits)), tuple(new_states)

    def run(self, turns: Iterable[Sequence[int]]) -> list[Vector]:
        """Return the probabilities (A,) at each of the turns of one dialogue."""
        state, answers = self.start(), []
        for bits in turns:
            probabilities, state = self.step(state, bits)
            answers.append(probabilities)
        return answers
