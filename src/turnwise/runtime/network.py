"""The whole network in NumPy, turn by turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from turnwise.config import NetworkConfig
from turnwise.errors import ModelError
from turnwise.runtime.cells import CELLS, LSTMCell, Vector, Weights, sigmoid, softmax
from turnwise.runtime.fold import folded
from turnwise.runtime.stack import State, stack_of
from turnwise.runtime.words import WordReader

Seen = tuple[Sequence[int], Sequence[int]]
"""A turn's set bits, and its tokens where words are read in order."""


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
        self._multi, self._horizon = multi, config.horizon
        self._first_only = config.layout == "one-to-many"
        try:
            weights = folded(config, weights)
            self._stack = stack_of(config, weights)
            self._reader = None if config.words == "bits" else WordReader(config.words, weights)
            decoding = config.layout == "many-to-many-1"
            kind = CELLS.get(config.cell, LSTMCell)
            self._decoder = kind.of(weights, "decoder/hidden") if decoding else None
            actions = "decoder/actions" if decoding else "actions"
            self._kernel, self._bias = weights[f"{actions}/kernel"], weights[f"{actions}/bias"]
        except KeyError as error:
            raise ModelError(f"the weights lack {error}; the model was not saved whole") from None

    @property
    def num_features(self) -> int:
        """F, how many bits the input has."""
        return len(self._stack.kernel) - (self._reader.width if self._reader else 0)

    @property
    def num_tokens(self) -> int:
        """V, how many tokens it knows; 0 where words are bits."""
        return self._reader.num_tokens if self._reader else 0

    @property
    def num_actions(self) -> int:
        """A, the width of the output."""
        return len(self._bias)

    def start(self) -> State:
        """Return the state before the first turn."""
        return (*self._stack.start(), ()) if self._first_only else self._stack.start()

    def step(
        self, state: State, bits: Sequence[int], tokens: Sequence[int] = ()
    ) -> tuple[NDArray[np.float32], State]:
        """Return the probabilities (A,) and the new state; for `many-to-many-1` (k, A), the next k.

        Args:
            state: where the dialogue stands.
            bits: the indices of the set bits; `one-to-many` reads only the first turn's.
            tokens: the turn's words in order, where the network reads them so.
        """
        if self._first_only:
            *inner, first = state
            projected = first[0] if first else self._project(bits, tokens)
            x, new = self._stack.step(projected, tuple(inner))
            return self._answer(x), (*new, (projected,))
        x, new = self._stack.step(self._project(bits, tokens), state)
        return self._answer(x), new

    def run(self, turns: Iterable[Seen]) -> list[NDArray[np.float32]]:
        """Return the probabilities at each of the turns of one dialogue."""
        state, answers = self.start(), []
        for bits, tokens in turns:
            probabilities, state = self.step(state, bits, tokens)
            answers.append(probabilities)
        return answers

    def _project(self, bits: Sequence[int], tokens: Sequence[int]) -> Vector:
        """Return the product of the turn with the first kernel, plus bias."""
        kernel = self._stack.kernel
        projected: Vector = kernel[np.asarray(bits, np.intp)].sum(0) + self._stack.bias
        if self._reader and len(tokens):
            projected = projected + self._reader.read(tokens) @ kernel[self.num_features :]
        return projected

    def _answer(self, x: Vector) -> NDArray[np.float32]:
        if self._decoder is None:
            return self._squash(x @ self._kernel + self._bias)
        state, projected = self._decoder.start(), x @ self._decoder.kernel + self._decoder.bias
        answers = []
        for _ in range(self._horizon):
            output, state = self._decoder.step(projected, state)
            answers.append(self._squash(output @ self._kernel + self._bias))
        return np.stack(answers)

    def _squash(self, logits: Vector) -> Vector:
        return sigmoid(logits) if self._multi else softmax(logits)
