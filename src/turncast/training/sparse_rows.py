"""The bits of a batch over those rows of the first layer's table alone that the batch touches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROOMS = [64 * size for power in range(26) for size in (2**power, 3 * 2**power // 2)]
"""Room is made for so many rows, so that few shapes are compiled."""
_SPARE = 1.1
"""So many times the rows of the batches seen so far, for those to come."""
_WIDE = 32
"""So many rows for each index of a turn make adding up rows quicker than a product with vectors."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a batch touches.

    Attributes:
        rows: the numbers of the table's rows (U,), filled up with numbers of no row; None for all of them.
        bits: over these rows, vectors of zeros and ones (..., U) as bytes, or indices (..., K) as int32,
            filled up with U.
    """

    rows: NDArray[np.int32] | None
    bits: NDArray[np.uint8] | NDArray[np.int32]


class TouchedBits:
    """Finds the rows that lists of active indices touch, and tells the lists anew over these rows.

    A batch touches few of a large vocabulary's rows. Where they are few for the bits that are set, vectors of
    bytes, made here outside the compiled step, make the layer and its gradient two dense products; where they
    are many, the layer adds up rows. Neither follows the vocabulary.

    Args:
        num_bits: F, the rows of the table.

    >>> touched = TouchedBits(1000).of(np.array([[[5, 700, 1000], [5, 5, 1000]]]))
    >>> touched.rows[:3].tolist(), touched.bits.shape, touched.bits[0, :, :2].tolist()
    ([5, 700, 1000], (1, 2, 64), [[1, 1], [1, 0]])
    """

    def __init__(self, num_bits: int) -> None:
        self.num_bits = num_bits
        self._touched = np.zeros(num_bits + 1, np.bool_)
        self._place = np.zeros(num_bits + 1, np.int32)
        self._rooms: dict[tuple[int, ...], int] = {}

    def of(self, bits: NDArray[np.int32]) -> Touched:
        """Return what a batch touches; U is the same for all of a shape as long as there is room.

        Args:
            bits: (..., K) indices; F and above is padding.
        """
        real = bits < self.num_bits
        self._touched[:] = False
        self._touched[bits[real]] = True
        rows = np.flatnonzero(self._touched)
        room = self._room(bits.shape, len(rows))
        vectors = room <= _WIDE * bits.shape[-1]
        if 2 * room >= self.num_bits:  # most of them: all of them
            room = self.num_bits
            return Touched(None, _vectors(bits, real, room) if vectors else bits)
        self._place[rows] = np.arange(len(rows))
        placed = np.where(real, self._place[np.where(real, bits, 0)], room)
        filled = np.concatenate([rows, self.num_bits + np.arange(room - len(rows))]).astype(np.int32)
        return Touched(filled, _vectors(placed, real, room) if vectors else placed.astype(np.int32))

    def _room(self, shape: tuple[int, ...], rows: int) -> int:
        """Return U for a batch that touches so many rows."""
        if rows > self._rooms.get(shape, -1):
            wanted = min(rows * _SPARE, self.num_bits)
            self._rooms[shape] = next(room for room in _ROOMS if room >= wanted)
        return self._rooms[shape]


def _vectors(bits: NDArray[np.int32], real: NDArray[np.bool_], width: int) -> NDArray[np.uint8]:
    """Return 0/1 vectors (..., width) of indices (..., K)."""
    turns, _ = np.nonzero(real.reshape(-1, real.shape[-1]))
    matrix = np.zeros((real[..., 0].size, width), np.uint8)
    matrix[turns, bits[real]] = 1
    return matrix.reshape(*bits.shape[:-1], width)
