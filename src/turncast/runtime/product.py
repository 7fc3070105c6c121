"""The product of one vector, or of a few, with a kernel, always on one thread.

OpenBLAS shares a product of a vector among threads above some size: 9,216 elements of the kernel in its older
versions. The threads wait for each other, and for long where another process takes a core. A setting of the
whole process (threadpoolctl) would slow down everything else. So a kernel is stored in blocks of columns,
each too small to share, and NumPy's batched product multiplies the vector by one block after the other
(decision 21, with the measured times).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

_MOST_ELEMENTS = 8192
"""The most elements of a block."""
_COLUMNS = 16
"""A block has a multiple of this many columns, where it can: such blocks are the quickest."""


@dataclass(frozen=True, slots=True)
class Product:
    """The product with a kernel (K, N) that is stored in blocks of columns.

    Attributes:
        blocks: (blocks, K, columns of a block); the last block is filled up with zeros.
        width: N.

    >>> kernel = np.arange(6, dtype=np.float32).reshape(2, 3)
    >>> Product.from_kernel(kernel)(np.array([1, 10], np.float32)).tolist()
    [30.0, 41.0, 52.0]
    >>> Product.from_kernel(kernel)(np.array([[1, 10], [1, 0]], np.float32)).tolist()
    [[30.0, 41.0, 52.0], [0.0, 1.0, 2.0]]
    """

    blocks: NDArray[np.float32]
    width: int

    @classmethod
    def from_kernel(cls, kernel: NDArray[np.float32]) -> Product:
        """Divide a kernel (K, N) into blocks."""
        rows, width = kernel.shape
        most_columns = max(_MOST_ELEMENTS // max(rows, 1), 1)
        unit = min(_COLUMNS, 1 << most_columns.bit_length() - 1)  # a power of two that fits
        count = max(-(-width // (most_columns // unit * unit)), 1)
        columns = -(-width // (count * unit)) * unit  # blocks of equal width, rounded up to the unit
        filled = np.zeros((rows, count * columns), kernel.dtype)
        filled[:, :width] = kernel
        blocks = filled.reshape(rows, count, columns).transpose(1, 0, 2)
        return cls(np.ascontiguousarray(blocks), width)

    def __call__(self, x: Vector) -> Vector:
        """Return x @ kernel, (N,), as a new array; (B, N) for rows (B, K)."""
        if x.ndim > 1:
            rows: Vector = (x @ self.blocks).transpose(1, 0, 2).reshape(len(x), -1)[:, : self.width]
            return rows
        result: Vector = (x @ self.blocks).ravel()[: self.width]
        return result


@dataclass(frozen=True, slots=True)
class StackedProduct:
    """The products with the kernels of k networks, (k, K, N), one vector per network.

    Attributes:
        blocks: (k, blocks, K, columns of a block).
        width: N.

    >>> kernels = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    >>> StackedProduct.from_kernels(kernels)(np.array([[1, 0], [0, 1]], np.float32)).tolist()
    [[0.0, 1.0, 2.0], [9.0, 10.0, 11.0]]
    """

    blocks: NDArray[np.float32]
    width: int

    @classmethod
    def from_kernels(cls, kernels: NDArray[np.float32]) -> StackedProduct:
        """Divide kernels (k, K, N) into blocks."""
        return cls(np.stack([Product.from_kernel(kernel).blocks for kernel in kernels]), kernels.shape[-1])

    def __call__(self, x: Vector) -> Vector:
        """Return x[n] @ kernels[n] for each network n, (k, N); (B, k, N) for rows (B, k, K)."""
        if x.ndim > 2:
            rows = x.swapaxes(0, 1)[:, None] @ self.blocks  # (k, blocks, B, columns)
            result: Vector = rows.transpose(2, 0, 1, 3).reshape(*x.shape[:2], -1)
        else:
            result = (x[:, None, None] @ self.blocks).reshape(len(x), -1)
        return result[..., : self.width]


AnyProduct = Product | StackedProduct


def make_product(kernel: NDArray[np.float32]) -> AnyProduct:
    """Return the product with a kernel (K, N), or with those of k networks (k, K, N)."""
    return Product.from_kernel(kernel) if kernel.ndim == 2 else StackedProduct.from_kernels(kernel)
