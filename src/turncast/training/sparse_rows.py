"""Sparse rows: the bits of a batch in terms of those rows of the first layer's kernel that the batch sets.

A step then reads and changes U rows of the kernel in place of all F (decision 17). U is rounded up
to one of few sizes, as each size is compiled once, and stays the same for all batches of a shape unless one
needs more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_SIZES = [64 * size for power in range(26) for size in (2**power, 3 * 2**power // 2)]
"""The possible values of U: few, so that few shapes are compiled."""
_SPARE = 1.1
"""U has room for this many times the rows of the batches so far, as later batches may set more."""
_DENSE_RATIO = 32
"""Up to this many rows per index of a turn, a product with 0/1 vectors is faster than adding up rows."""


@dataclass(frozen=True, slots=True)
class SelectedRows:
    """The rows of the kernel that a batch sets, and its bits in terms of them.

    Attributes:
        rows: the row numbers (U,), ascending, filled up with numbers from F on; None where all rows are used.
        bits: 0/1 vectors over these rows (..., U) as bytes, or indices of them (..., K) as int32, filled up
            with U.
    """

    rows: NDArray[np.int32] | None
    bits: NDArray[np.uint8] | NDArray[np.int32]


class SparseRows:
    """Selects the rows that the active bits of a batch set.

    Where the rows are few for the bits that are set, the bits become vectors of bytes, made here on the host;
    the layer and its gradient are then two dense products. Where they are many, the bits stay indices, and
    the layer adds up rows. Neither costs more for a larger vocabulary.

    Args:
        num_bits: F, the number of rows of the kernel.

    >>> selected = SparseRows(1000).select(np.array([[[5, 700, 1000], [5, 5, 1000]]]))
    >>> selected.rows[:3].tolist(), selected.bits.shape, selected.bits[0, :, :2].tolist()
    ([5, 700, 1000], (1, 2, 64), [[1, 1], [1, 0]])
    """

    def __init__(self, num_bits: int) -> None:
        self.num_bits = num_bits
        self._is_set = np.zeros(num_bits + 1, np.bool_)
        self._index_of_row = np.zeros(num_bits + 1, np.int32)
        self._sizes: dict[tuple[int, ...], int] = {}

    def select(self, bits: NDArray[np.int32]) -> SelectedRows:
        """Return the rows that a batch sets, and its bits in terms of them.

        Args:
            bits: (..., K) indices; F and above is padding.
        """
        real = bits < self.num_bits
        self._is_set[:] = False
        self._is_set[bits[real]] = True
        rows = np.flatnonzero(self._is_set)
        size = self._size(bits.shape, len(rows))
        dense = size <= _DENSE_RATIO * bits.shape[-1]
        if 2 * size >= self.num_bits:  # most rows: use the kernel as it is
            return SelectedRows(None, _vectors(bits, real, self.num_bits) if dense else bits)
        self._index_of_row[rows] = np.arange(len(rows))
        indices = np.where(real, self._index_of_row[np.where(real, bits, 0)], size)
        filled = np.concatenate([rows, self.num_bits + np.arange(size - len(rows))]).astype(np.int32)
        return SelectedRows(filled, _vectors(indices, real, size) if dense else indices.astype(np.int32))

    def _size(self, shape: tuple[int, ...], rows: int) -> int:
        """Return U for a batch of this shape that sets this many rows; it never shrinks."""
        if rows > self._sizes.get(shape, -1):
            wanted = min(rows * _SPARE, self.num_bits)
            self._sizes[shape] = next(size for size in _SIZES if size >= wanted)
        return self._sizes[shape]


def _vectors(bits: NDArray[np.int32], real: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """Return 0/1 vectors (..., width) of indices (..., K)."""
    turns, _ = np.nonzero(real.reshape(-1, real.shape[-1]))
    matrix = np.zeros((real[..., 0].size, width), np.uint8)
    matrix[turns, bits[real]] = 1
    return matrix.reshape(*bits.shape[:-1], width)
