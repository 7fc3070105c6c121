"""Convert lists of active indices to vectors of zeros and ones."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops


@keras.saving.register_keras_serializable("turncast")
class MultiHot(keras.layers.Layer):  # type: ignore[misc]
    """Convert lists of active indices to 0/1 vectors: the first layer of a network whose input is bits.

    Input (..., K) integers; negative indices, and `width` and above, are padding, and a repeated index counts
    once. Output (..., width).

    Args:
        width: the length of the vectors.

    >>> MultiHot(4)(np.array([[0, 2, 2], [3, 4, 4]])).tolist()
    [[1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 0.0, 1.0]]
    """

    def __init__(self, width: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.width = width

    def call(self, indices: Any) -> Any:
        """Set a one for each index; padding goes to an extra column, which is cut off."""
        shape = ops.shape(indices)
        columns = ops.reshape(whole_numbers(indices), (-1, 1))
        columns = ops.where(columns < 0, self.width, ops.minimum(columns, self.width))
        rows = ops.arange(_size(shape[:-1]), dtype=columns.dtype)
        rows = ops.reshape(ops.repeat(rows, shape[-1]), (-1, 1))
        ones = ops.ones((_size(shape),), dtype=self.compute_dtype)
        summed = ops.scatter(
            ops.concatenate([rows, columns], axis=-1), ones, (_size(shape[:-1]), self.width + 1)
        )
        bits = ops.minimum(summed[:, : self.width], 1)
        return ops.reshape(bits, (*shape[:-1], self.width))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the vectors."""
        return (*input_shape[:-1], self.width)

    def compute_output_spec(self, indices: Any) -> Any:
        """Return the vectors' shape and type."""
        return keras.KerasTensor(self.compute_output_shape(indices.shape), dtype=self.compute_dtype)

    def get_config(self) -> dict[str, Any]:
        """Return the layer's arguments."""
        return {**super().get_config(), "width": self.width}


def whole_numbers(indices: Any) -> Any:
    """Return indices as int32 or int64: bytes cannot be negative, and floats cannot index."""
    kind = keras.backend.standardize_dtype(indices.dtype)
    return indices if kind in ("int32", "int64") else ops.cast(indices, "int32")


def _size(shape: tuple[Any, ...]) -> Any:
    size = 1
    for length in shape:
        size = size * length
    return size
