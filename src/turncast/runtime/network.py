"""The whole network in NumPy, turn by turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.errors import ModelError
from turncast.runtime.cells import CELLS, LSTMCell, Weights, sigmoid, softmax
from turncast.runtime.fold_dense import fold
from turncast.runtime.members import members_of, stacked
from turncast.runtime.product import AnyProduct, Vector, product_of
from turncast.runtime.stack import State, stack_of
from turncast.runtime.words import WordReader

Seen = tuple[Sequence[int], Sequence[int]]
"""A turn's set bits, and its tokens where words are read in order."""


# So many conversations a step: a product of so many rows with a block is still too small for BLAS to share.
_ROWS = 32


class NumpyNetwork:
    """A trained network that is stepped with NumPy: state in, state out; it never writes to itself.

    Args:
        config: the shape that the weights were trained with.
        weights: arrays by `layer/weight`, as `turncast.network.read_weights` gives them.
        multi: sigmoid instead of softmax.
        members: k; where it is more than one, the weights are of k recurrent networks of one shape, (k, ...)
            each, stepped at once. The answer is the mean of theirs.

    >>> generator = np.random.default_rng(0)
    >>> shapes = {"hidden_0/kernel": (6, 8), "hidden_0/recurrent_kernel": (2, 8), "hidden_0/bias": (8,),
    ...           "actions/kernel": (2, 3), "actions/bias": (3,)}
    >>> weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    >>> network = NumpyNetwork(NetworkConfig(units=2), weights, multi=False)
    >>> probabilities, state = network.step(network.start(), [0, 5])
    >>> probabilities.shape, round(float(probabilities.sum()), 5)
    ((3,), 1.0)
    """

    def __init__(self, config: NetworkConfig, weights: Weights, multi: bool, members: int = 1) -> None:
        self._multi, self._horizon, self._members = multi, config.horizon, members
        self._first_only = config.layout_row.first_turn_only
        try:
            weights = stacked([fold(one) for one in members_of(weights, members)])
            self._stack = stack_of(config, weights)
            self._reader = None if config.words == "bits" else WordReader(config.words, weights)
            self._take_first(weights)
            decoding = config.layout_row.decoder
            kind = CELLS.get(config.cell, LSTMCell)
            self._decoder = kind.of(weights, "decoder/hidden") if decoding else None
            actions = "decoder/actions" if decoding else "actions"
            self._product, self._bias = product_of(weights[f"{actions}/kernel"]), weights[f"{actions}/bias"]
            self._by_rows = config.cell in CELLS and not decoding and not self._first_only
            self._decoded = None if self._decoder is None else product_of(self._decoder.kernel)
        except KeyError as error:
            raise ModelError(f"the weights lack {error}; the model was not saved whole") from None

    def _take_first(self, weights: Weights) -> None:
        """Take what the bits, and the vector of the words, are multiplied with first."""
        kernel = self._stack.kernel
        at = kernel.shape[-2] - (self._reader.width if self._reader else 0)
        rows, self._offset = kernel[..., :at, :], self._stack.bias
        self._of_words = product_of(kernel[..., at:, :]) if self._reader else None
        self._of_dense: AnyProduct | None = None
        if "bit_dense/kernel" in weights:  # it was too large to fold
            self._of_dense = product_of(rows)
            rows = weights["bit_dense/kernel"]
            self._offset = self._of_dense(weights["bit_dense/bias"]) + self._offset
        self._rows = np.ascontiguousarray(np.moveaxis(rows, -2, 0))  # of a bit the rows of all members

    @property
    def num_features(self) -> int:
        """F, how many bits the input has."""
        return len(self._rows)

    @property
    def num_tokens(self) -> int:
        """V, how many tokens it knows; 0 where words are bits."""
        return self._reader.num_tokens if self._reader else 0

    @property
    def num_actions(self) -> int:
        """A, the width of the output."""
        return int(self._bias.shape[-1])

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

    def step_many(
        self, states: Sequence[State], turns: Sequence[Seen]
    ) -> list[tuple[NDArray[np.float32], State]]:
        """Step a turn of each of B conversations: what `step` returns, for each of them.

        Recurrent layers step them together, a row each. A transformer, whose states are of different lengths,
        and a decoder are stepped one by one.
        """
        if not self._by_rows:
            pairs = zip(states, turns, strict=True)
            return [self.step(state, bits, tokens) for state, (bits, tokens) in pairs]
        answers: list[tuple[NDArray[np.float32], State]] = []
        for at in range(0, len(turns), _ROWS):
            answers += self._step_rows(states[at : at + _ROWS], turns[at : at + _ROWS])
        return answers

    def _step_rows(
        self, states: Sequence[State], turns: Sequence[Seen]
    ) -> list[tuple[NDArray[np.float32], State]]:
        if len(turns) == 1:
            return [self.step(states[0], *turns[0])]
        projected = np.stack([self._project(bits, tokens) for bits, tokens in turns])
        cells = zip(*states, strict=True)  # for each layer, the states of all conversations
        stacked = tuple(tuple(map(np.stack, zip(*cell, strict=True))) for cell in cells)
        x, after = self._stack.step(projected, stacked)
        probabilities = self._answer(x)
        # Copies: a row of an array keeps the whole array, and a conversation outlives those beside it.
        return [
            (probabilities[row].copy(), tuple(tuple(v[row].copy() for v in cell) for cell in after))
            for row in range(len(turns))
        ]

    def run(self, turns: Iterable[Seen]) -> list[NDArray[np.float32]]:
        """Return the probabilities at each of the turns of one dialogue."""
        state, answers = self.start(), []
        for bits, tokens in turns:
            probabilities, state = self.step(state, bits, tokens)
            answers.append(probabilities)
        return answers

    def _project(self, bits: Sequence[int], tokens: Sequence[int]) -> Vector:
        """Return the product of the turn with the first kernel, plus bias; an array of its own."""
        projected: Vector = np.add.reduce(self._rows.take(np.asarray(bits, np.intp), 0), 0)
        if self._of_dense:
            projected = self._of_dense(projected)
        projected += self._offset
        if self._reader and self._of_words and len(tokens):
            projected += self._of_words(self._reader.read(tokens))
        return projected

    def _answer(self, x: Vector) -> NDArray[np.float32]:
        if self._decoder is None or self._decoded is None:
            return self._squash(self._product(x) + self._bias)
        state, projected = self._decoder.start(), self._decoded(x) + self._decoder.bias
        answers = []
        for _ in range(self._horizon):
            output, state = self._decoder.step(projected, state)
            answers.append(self._squash(self._product(output) + self._bias))
        return np.stack(answers)

    def _squash(self, logits: Vector) -> Vector:
        probabilities = sigmoid(logits) if self._multi else softmax(logits)
        return probabilities if self._members == 1 else probabilities.mean(-2)
