"""The product of one vector, or of a few, with a kernel, on one thread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

# OpenBLAS shares a product of a vector among threads from some size on: 9,216 elements in its older versions.
# Threads wait for one another, and for long where another process takes a core.
_MOST_ELEMENTS = 8192
_COLUMNS = 16  # blocks are as wide as a whole number of them, where they can be: those are the quickest


@dataclass(frozen=True, slots=True)
class Product:
    """A kernel (K, N) in blocks of columns, each too small for BLAS to share among threads.

    Attributes:
        blocks: (blocks, K, columns of a block); the last is filled up with zeros.
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
        """Lay out a kernel (K, N)."""
        rows, width = kernel.shape
        most = max(_MOST_ELEMENTS // max(rows, 1), 1)
        unit = min(_COLUMNS, 1 << most.bit_length() - 1)
        number = max(-(-width // (most // unit * unit)), 1)
        columns = -(-width // (number * unit)) * unit
        filled = np.zeros((rows, number * columns), kernel.dtype)
        filled[:, :width] = kernel
        blocks = filled.reshape(rows, number, columns).transpose(1, 0, 2)
        return cls(np.ascontiguousarray(blocks), width)

    def __call__(self, x: Vector) -> Vector:
        """Return x @ kernel, (N,), as an array of its own; for rows (B, K) the product of each, (B, N)."""
        if x.ndim > 1:
            rows: Vector = (x @ self.blocks).transpose(1, 0, 2).reshape(len(x), -1)[:, : self.width]
            return rows
        result: Vector = (x @ self.blocks).ravel()[: self.width]
        return result


@dataclass(frozen=True, slots=True)
class StackedProduct:
    """The kernels of k networks, (k, K, N), in such blocks: each network's vector has its own kernel.

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
        """Lay out kernels (k, K, N)."""
        return cls(np.stack([Product.from_kernel(kernel).blocks for kernel in kernels]), kernels.shape[-1])

    def __call__(self, x: Vector) -> Vector:
        """Return x[n] @ kernel n for each network n, (k, N); for rows (B, k, K) of each, (B, k, N)."""
        if x.ndim > 2:
            rows = x.swapaxes(0, 1)[:, None] @ self.blocks  # (k, blocks, B, columns)
            result: Vector = rows.transpose(2, 0, 1, 3).reshape(*x.shape[:2], -1)
        else:
            result = (x[:, None, None] @ self.blocks).reshape(len(x), -1)
        return result[..., : self.width]


AnyProduct = Product | StackedProduct


def make_product(kernel: NDArray[np.float32]) -> AnyProduct:
    """Lay out a kernel (K, N), or those of k networks (k, K, N)."""
    return Product.from_kernel(kernel) if kernel.ndim == 2 else StackedProduct.from_kernels(kernel)
