"""Read the words of one turn in order, in NumPy."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from turncast.runtime.cells import LSTMCell
from turncast.runtime.product import Vector, make_product
from turncast.runtime.weights import MOST_BYTES, Weights


class WordReader:
    """Reads the tokens of a turn into one vector (E,): zeros where the turn has no words.

    Args:
        words: how to read them: `lstm`, `mean`, `max` or `conv`.
        weights: arrays by `layer/weight`; those of k stacked networks, (k, ...) each, give k vectors.

    >>> weights = {"embedding/embeddings": np.array([[0, 0], [1, 2], [3, 4]], np.float32)}
    >>> reader = WordReader("mean", weights)
    >>> reader.read([1, 2]).tolist(), reader.read([]).tolist()
    ([2.0, 3.0], [0.0, 0.0])
    """

    def __init__(self, words: str, weights: Weights) -> None:
        self._words = words
        self._embeddings = weights["embedding/embeddings"]
        if words == "lstm":
            self._cell = LSTMCell.from_weights(weights, "words")
            self._product = make_product(self._cell.kernel)
            is_small = self.num_tokens * self._cell.bias.nbytes <= MOST_BYTES
            # Each word's product with the kernel, computed once.
            self._projections = self._project_all() if is_small else None
        elif words == "conv":
            self._kernel, self._bias = weights["words/kernel"], weights["words/bias"]

    @property
    def width(self) -> int:
        """E, the width of the vector."""
        return int(self._embeddings.shape[-1])

    @property
    def num_tokens(self) -> int:
        """V, the size of the token vocabulary."""
        return int(self._embeddings.shape[-2])

    def read(self, tokens: Sequence[int]) -> Vector:
        """Return the vector of the tokens, (E,)."""
        if not len(tokens):
            return np.zeros_like(self._embeddings[..., 0, :])
        if self._words == "lstm":
            return self._run(tokens)
        embedded = self._embeddings[..., np.asarray(tokens, np.intp), :]
        result: Vector
        if self._words == "mean":
            result = embedded.mean(-2)
        else:
            result = (embedded if self._words == "max" else self._convolve(embedded)).max(-2)
        return result

    def _run(self, tokens: Sequence[int]) -> Vector:
        state, projections = self._cell.start(), self._projections
        for token in tokens:
            if projections is None:
                projected = self._product(self._embeddings[..., token, :]) + self._cell.bias
            else:
                projected = projections[..., token, :]
            _, state = self._cell.step(projected, state)
        return state[0]

    def _project_all(self) -> NDArray[np.float32]:
        projections: NDArray[np.float32] = self._embeddings @ self._cell.kernel
        projections += self._cell.bias[..., None, :]
        return projections

    def _convolve(self, embedded: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return relu(convolution) at every word, (W, E); zeros stand around the words."""
        words, size = embedded.shape[-2], self._kernel.shape[-3]
        before = (size - 1) // 2
        unpadded = [(0, 0)] * (embedded.ndim - 2)
        padded = np.pad(embedded, [*unpadded, (before, size - 1 - before), (0, 0)])
        summed = sum(padded[..., at : at + words, :] @ self._kernel[..., at, :, :] for at in range(size))
        result: NDArray[np.float32] = np.maximum(summed + self._bias[..., None, :], 0)
        return result
