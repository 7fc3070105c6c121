"""The bits of a batch over those rows of the first layer's table alone that the batch touches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_ROOMS = [64 * size for power in range(26) for size in (2**power, 3 * 2**power // 2)]
"""Room is made for so many rows, so that few shapes are compiled."""
_SPARE = 1.1
"""So many times the rows of the batches seen so far, for those to come."""


class TouchedBits:
    """Turns lists of active indices into the rows that they touch, and a 0/1 matrix over these.

    A batch touches few of a large vocabulary's rows. A narrow matrix of bytes, made here outside the compiled
    step, makes the layer and its gradient two dense products, whose cost does not follow the vocabulary.

    Args:
        num_bits: F, the rows of the table.

    >>> touched = TouchedBits(1000)
    >>> rows, matrix = touched.of(np.array([[[5, 700, 1000], [5, 5, 1000]]]))
    >>> rows[:3].tolist(), matrix.shape, matrix[0, :, :2].tolist()
    ([5, 700, 1000], (1, 2, 64), [[1, 1], [1, 0]])
    """

    def __init__(self, num_bits: int) -> None:
        self.num_bits = num_bits
        self._rooms: dict[tuple[int, ...], int] = {}
        self._touched = np.zeros(num_bits + 1, np.bool_)
        self._place = np.zeros(num_bits + 1, np.int64)

    def of(self, bits: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return the rows (U,), filled up with numbers of no row, and the matrix (..., U).

        U is the same for all batches of a shape as long as they have room; then it grows.

        Args:
            bits: (..., K) indices; F and above is padding.
        """
        turns, _ = np.nonzero((flat := bits.reshape(-1, bits.shape[-1])) < self.num_bits)
        found = flat[flat < self.num_bits]
        self._touched[:] = False
        self._touched[found] = True
        rows = np.flatnonzero(self._touched)
        room = self._room(bits.shape, len(rows))
        self._place[rows] = np.arange(len(rows))
        matrix = np.zeros((len(flat), room), np.uint8)
        matrix[turns, self._place[found]] = 1
        filled = np.concatenate([rows, self.num_bits + np.arange(room - len(rows))])
        return filled.astype(np.int32), matrix.reshape(*bits.shape[:-1], room)

    def _room(self, shape: tuple[int, ...], rows: int) -> int:
        """Return U for a batch that touches so many rows."""
        if rows > self._rooms.get(shape, -1):
            wanted = min(rows * _SPARE, self.num_bits)
            self._rooms[shape] = next(room for room in _ROOMS if room >= wanted)
        return self._rooms[shape]
