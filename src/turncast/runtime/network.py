"""The whole network in NumPy, turn by turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.errors import ModelError
from turncast.runtime.cells import CELLS, LSTMCell, sigmoid, softmax
from turncast.runtime.product import AnyProduct, Vector, make_product
from turncast.runtime.stack import State, make_stack
from turncast.runtime.weights import Weights, fold_bit_dense, split_members, stack_members
from turncast.runtime.words import WordReader

TurnInput = tuple[Sequence[int], Sequence[int]]
"""A turn's set bits, and its tokens where words are read in order."""

# Conversations per step: a product of that many rows with a block is still too small for BLAS to share among
# threads (see `product`).
_ROWS = 32


class NumpyNetwork:
    """A trained network that is stepped with NumPy: state in, state out; it never changes itself.

    Args:
        config: the shape that the weights were trained with.
        weights: arrays by `layer/weight`, as `turncast.network.read_weights` gives them.
        multi: sigmoid instead of softmax.
        members: k; above 1, the weights are those of k recurrent networks of one shape, (k, ...) each, which
            are stepped at once. The answer is the mean of their probabilities.

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
            weights = stack_members([fold_bit_dense(one) for one in split_members(weights, members)])
            self._stack = make_stack(config, weights)
            self._reader = None if config.words == "bits" else WordReader(config.words, weights)
            self._set_first_layer(weights)
            decoding = config.layout_row.decoder
            kind = CELLS.get(config.cell, LSTMCell)
            self._decoder = kind.from_weights(weights, "decoder/hidden") if decoding else None
            actions = "decoder/actions" if decoding else "actions"
            self._product, self._bias = make_product(weights[f"{actions}/kernel"]), weights[f"{actions}/bias"]
            self._by_rows = config.cell in CELLS and not decoding and not self._first_only
            self._decoder_product = None if self._decoder is None else make_product(self._decoder.kernel)
        except KeyError as error:
            raise ModelError(f"the weights have no {error}; the model was not saved completely") from None

    def _set_first_layer(self, weights: Weights) -> None:
        """Set the products of the bits and of the words with the first layer's kernel."""
        kernel = self._stack.kernel
        split = kernel.shape[-2] - (self._reader.width if self._reader else 0)
        rows, self._offset = kernel[..., :split, :], self._stack.bias
        self._word_product = make_product(kernel[..., split:, :]) if self._reader else None
        self._bit_dense_product: AnyProduct | None = None
        if "bit_dense/kernel" in weights:  # it was too large to fold
            self._bit_dense_product = make_product(rows)
            rows = weights["bit_dense/kernel"]
            self._offset = self._bit_dense_product(weights["bit_dense/bias"]) + self._offset
        self._rows = np.ascontiguousarray(np.moveaxis(rows, -2, 0))  # per bit, the rows of all members

    @property
    def num_features(self) -> int:
        """F, how many bits the input has."""
        return len(self._rows)

    @property
    def num_tokens(self) -> int:
        """V, the size of the token vocabulary; 0 where words are bits."""
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
        """Return the probabilities (A,) and the new state; with a decoder (k, A), of the next k actions.

        Args:
            state: the state before the turn.
            bits: the indices of the set bits; `one-to-many` reads those of the first turn only.
            tokens: the turn's words in order; empty where words are bits.
        """
        if self._first_only:
            *inner, first = state
            projected = first[0] if first else self._project(bits, tokens)
            x, new = self._stack.step(projected, tuple(inner))
            return self._answer(x), (*new, (projected,))
        x, new = self._stack.step(self._project(bits, tokens), state)
        return self._answer(x), new

    def step_many(
        self, states: Sequence[State], turns: Sequence[TurnInput]
    ) -> list[tuple[NDArray[np.float32], State]]:
        """Step one turn of each of B conversations; return for each what `step` returns.

        Recurrent layers step them together, as rows of one array. A transformer, whose states have different
        lengths, and a decoder are stepped one conversation after the other.
        """
        if not self._by_rows:
            pairs = zip(states, turns, strict=True)
            return [self.step(state, bits, tokens) for state, (bits, tokens) in pairs]
        answers: list[tuple[NDArray[np.float32], State]] = []
        for start in range(0, len(turns), _ROWS):
            answers += self._step_rows(states[start : start + _ROWS], turns[start : start + _ROWS])
        return answers

    def _step_rows(
        self, states: Sequence[State], turns: Sequence[TurnInput]
    ) -> list[tuple[NDArray[np.float32], State]]:
        if len(turns) == 1:
            return [self.step(states[0], *turns[0])]
        projected = np.stack([self._project(bits, tokens) for bits, tokens in turns])
        cells = zip(*states, strict=True)  # for each layer, the states of all conversations
        stacked = tuple(tuple(map(np.stack, zip(*cell, strict=True))) for cell in cells)
        x, new_state = self._stack.step(projected, stacked)
        probabilities = self._answer(x)
        # Copies: a view of one row would keep the arrays of all conversations of this batch alive.
        return [
            (probabilities[row].copy(), tuple(tuple(v[row].copy() for v in cell) for cell in new_state))
            for row in range(len(turns))
        ]

    def run(self, turns: Iterable[TurnInput]) -> list[NDArray[np.float32]]:
        """Return the probabilities at each of the turns of one dialogue."""
        state, answers = self.start(), []
        for bits, tokens in turns:
            probabilities, state = self.step(state, bits, tokens)
            answers.append(probabilities)
        return answers

    def _project(self, bits: Sequence[int], tokens: Sequence[int]) -> Vector:
        """Return the turn's product with the first kernel, plus bias, as a new array."""
        projected: Vector = np.add.reduce(self._rows.take(np.asarray(bits, np.intp), 0), 0)
        if self._bit_dense_product:
            projected = self._bit_dense_product(projected)
        projected += self._offset
        if self._reader and self._word_product and len(tokens):
            projected += self._word_product(self._reader.read(tokens))
        return projected

    def _answer(self, x: Vector) -> NDArray[np.float32]:
        if self._decoder is None or self._decoder_product is None:
            return self._probabilities(self._product(x) + self._bias)
        state, projected = self._decoder.start(), self._decoder_product(x) + self._decoder.bias
        answers = []
        for _ in range(self._horizon):
            output, state = self._decoder.step(projected, state)
            answers.append(self._probabilities(self._product(output) + self._bias))
        return np.stack(answers)

    def _probabilities(self, logits: Vector) -> Vector:
        probabilities = sigmoid(logits) if self._multi else softmax(logits)
        return probabilities if self._members == 1 else probabilities.mean(-2)
