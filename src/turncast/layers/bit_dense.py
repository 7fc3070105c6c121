"""A dense layer on bits that are given as lists of active indices.

The product of a 0/1 vector with a kernel is the sum of the kernel's rows at the ones. So the layer gathers
these rows and adds them up: its cost follows the bits that are set, not the width of the vector (decision 9).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from turncast.backend import keras, ops
from turncast.layers.multi_hot import whole_numbers


@keras.saving.register_keras_serializable("turncast")
class BitDense(keras.layers.Dense):  # type: ignore[misc]
    """Keras's Dense on a bit vector that comes as the list of its active indices.

    Input (..., K) integers; negative indices, and `num_bits` and above, are padding, and a repeated index
    counts once. Output (..., H): the same as `Dense` on the 0/1 vector, in value and gradient.

    Args:
        units: H.
        num_bits: F, the length of the bit vector; the kernel is (F, H).
        activation: as in `Dense`; so are all further arguments.

    >>> layer = BitDense(4, num_bits=6)
    >>> bits = np.array([[0, 2, 6], [5, 5, 6]])
    >>> vectors = np.array([[1, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 1]], "float32")
    >>> bool(np.allclose(layer(bits), vectors @ np.asarray(layer.kernel) + np.asarray(layer.bias)))
    True
    """

    def __init__(self, units: int, num_bits: int, activation: Any = None, **kwargs: Any) -> None:
        super().__init__(units, activation=activation, **kwargs)
        self.num_bits = num_bits
        self._temporary_kernel: tuple[Any, bool] | None = None
        self.input_spec = None

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the kernel (F, H) and the bias (H,)."""
        super().build((*input_shape[:-1], self.num_bits))
        self.input_spec = None  # any number of indices is allowed

    @contextmanager
    def temporary_kernel(self, rows: Any, *, vectors: bool) -> Iterator[None]:
        """Use some rows (U, H) of the kernel in its place inside the `with` block.

        A training step uses it to compute the gradient of the rows that its batch sets, and no others.

        Args:
            rows: the rows.
            vectors: whether the inputs are then 0/1 vectors (..., U) instead of indices of the rows.
        """
        self._temporary_kernel = rows, vectors
        try:
            yield
        finally:
            self._temporary_kernel = None

    def call(self, indices: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        """Return activation(bits @ kernel + bias)."""
        kernel, vectors = self._temporary_kernel or (self.kernel, False)
        if vectors:
            return self._activate(ops.matmul(ops.cast(indices, kernel.dtype), kernel))
        num_bits = kernel.shape[0]
        ordered = ops.sort(whole_numbers(indices), axis=-1)
        before = ops.concatenate([ops.full_like(ordered[..., :1], -1), ordered[..., :-1]], axis=-1)
        # In sorted order repeated indices are neighbours: only the first of them counts, and no padding does.
        counts = ops.logical_and(ordered != before, ops.logical_and(ordered >= 0, ordered < num_bits))
        rows = ops.take(kernel, ops.clip(ordered, 0, num_bits - 1), axis=0)
        x = ops.einsum("...kh,...k->...h", rows, ops.cast(counts, rows.dtype))
        return self._activate(x)

    def _activate(self, x: Any) -> Any:
        x = x if self.bias is None else ops.add(x, self.bias)
        return x if self.activation is None else self.activation(x)

    def compute_output_spec(self, indices: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        """Return the shape and type of the output."""
        return keras.KerasTensor((*indices.shape[:-1], self.units), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the layer's arguments."""
        return {**super().get_config(), "num_bits": self.num_bits}
