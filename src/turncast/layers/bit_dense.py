"""A dense layer on bits that are given as lists of active indices."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from turncast.backend import keras, ops
from turncast.layers.multi_hot import whole_numbers


@keras.saving.register_keras_serializable("turncast")
class BitDense(keras.layers.Dense):  # type: ignore[misc]
    """Keras's Dense on a bit vector that comes as the list of its active indices.

    Input (..., K) integers; `num_bits` and above, and what is negative, is padding, and an index that comes
    twice counts once. Output (..., H): the same as `Dense` on the 0/1 vector, in value and gradient. It adds
    up the kernel's rows of the active bits: work and memory follow the bits that are set, and not F.

    Args:
        units: H.
        num_bits: F, the length of the bit vector; the kernel is (F, H).
        activation: as in Dense, and so are all further arguments.

    >>> layer = BitDense(4, num_bits=6)
    >>> bits = np.array([[0, 2, 6], [5, 5, 6]])
    >>> vectors = np.array([[1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]], "float32")
    >>> bool(np.allclose(layer(bits), vectors @ np.asarray(layer.kernel) + np.asarray(layer.bias)))
    True
    """

    def __init__(self, units: int, num_bits: int, activation: Any = None, **kwargs: Any) -> None:
        super().__init__(units, activation=activation, **kwargs)
        self.num_bits = num_bits
        self._lent: tuple[Any, bool] | None = None
        self.input_spec = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the kernel (F, H) and the bias (H,)."""
        super().build((*input_shape[:-1], self.num_bits))
        self.input_spec = None  # what comes has any number of indices

    @contextmanager
    def lent(self, rows: Any, *, vectors: bool) -> Iterator[None]:
        """Meanwhile take some rows (U, H) for the kernel: the input is indices of these, or 0/1 vectors."""
        self._lent = rows, vectors
        try:
            yield
        finally:
            self._lent = None

    def call(self, indices: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        """Return activation(bits @ kernel + bias)."""
        kernel, vectors = self._lent or (self.kernel, False)
        if vectors:
            return self._finished(ops.matmul(ops.cast(indices, kernel.dtype), kernel))
        num_bits = kernel.shape[0]
        ordered = ops.sort(whole_numbers(indices), axis=-1)
        before = ops.concatenate([ops.full_like(ordered[..., :1], -1), ordered[..., :-1]], axis=-1)
        # Sorted, what comes twice stands side by side; padding stands at the ends.
        counts = ops.logical_and(ordered != before, ops.logical_and(ordered >= 0, ordered < num_bits))
        rows = ops.take(kernel, ops.clip(ordered, 0, num_bits - 1), axis=0)
        x = ops.einsum("...kh,...k->...h", rows, ops.cast(counts, rows.dtype))
        return self._finished(x)

    def _finished(self, x: Any) -> Any:
        x = x if self.bias is None else ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def compute_output_spec(self, indices: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        """Return the shape and type of the output."""
        return keras.KerasTensor((*indices.shape[:-1], self.units), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the layer's arguments."""
        return {**super().get_config(), "num_bits": self.num_bits}
