"""Vectors as bits: product quantisation."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_PASSES = 12
_AT_ONCE = 4096  # vectors whose distances are in memory together


@dataclass(frozen=True, slots=True, eq=False)
class ProductQuantiser:
    """Cuts a vector into parts, and says of each part which known one is nearest (Jegou et al., 2011).

    Part m of M holds the numbers m, m + M, m + 2M, ... of the vector: where vectors are sorted by variance,
    as after a principal component analysis, each part so has its share of it.

    Args:
        centroids: the known parts, (M, C, d); C of each, of d numbers.
        width: D, the numbers of a vector; zeros fill it up to M * d.

    >>> quantiser = ProductQuantiser.learn(np.eye(4, dtype=np.float32), parts=2, centroids=3, seed=1)
    >>> codes = quantiser.codes(np.array([0, 0, 1, 0], np.float32))
    >>> quantiser.vector(codes).tolist(), quantiser.centroids.shape
    ([0.0, 0.0, 1.0, 0.0], (2, 3, 2))
    """

    centroids: NDArray[np.float32]
    width: int
    _halves: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_halves", (self.centroids**2).sum(-1) / 2)

    @classmethod
    def learn(cls, vectors: NDArray[np.float32], parts: int, centroids: int, seed: int) -> ProductQuantiser:
        """Learn the known parts from N vectors by k-means.

        Args:
            vectors: (N, D), N at least 1.
            parts: M, at most D.
            centroids: C, at most; there are no more than different parts.
            seed: of the parts that k-means begins with.
        """
        generator = np.random.default_rng(seed)
        cut = _cut(vectors, parts)
        distinct = [np.unique(cut[:, part], axis=0) for part in range(parts)]
        count = min(centroids, max(map(len, distinct)))
        # Where a part has fewer, they come again; the first of equal ones is the nearest.
        first = [np.resize(generator.permutation(found), (count, found.shape[1])) for found in distinct]
        learned = [_k_means(cut[:, part], first[part]) for part in range(parts)]
        return cls(np.stack(learned), vectors.shape[1])

    @property
    def parts(self) -> int:
        """M, the parts of a vector."""
        return len(self.centroids)

    @property
    def each(self) -> int:
        """C, the known ones of each part."""
        return int(self.centroids.shape[1])

    def codes(self, vector: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return for each part of a vector (D,) the number of the nearest known one, (M,)."""
        products = self.centroids @ _cut(vector[None], self.parts)[0][:, :, None]
        nearest: NDArray[np.int64] = (products[:, :, 0] - self._halves).argmax(axis=1)
        return nearest

    def vector(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return what is left of a vector in its codes: (D,)."""
        return self.centroids[np.arange(self.parts), codes].T.reshape(-1)[: self.width]

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` needs: the known parts as 32-bit numbers, lowest byte first, in base64."""
        content = self.centroids.astype("<f4").tobytes()
        return {
            "shape": list(self.centroids.shape),
            "width": self.width,
            "centroids": b64encode(content).decode(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> ProductQuantiser:
        """Make the quantiser that `to_json` described."""
        numbers = np.frombuffer(b64decode(record["centroids"]), "<f4").astype(np.float32)
        return cls(numbers.reshape(record["shape"]), record["width"])


def _cut(vectors: NDArray[np.float32], parts: int) -> NDArray[np.float32]:
    """Return the parts of each vector: (N, D) -> (N, M, d)."""
    missing = -vectors.shape[1] % parts
    if missing:
        vectors = np.pad(vectors, [(0, 0), (0, missing)])
    return vectors.reshape(len(vectors), -1, parts).swapaxes(1, 2)


def _k_means(points: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the centroids (C, d) moved to where the points (N, d) are; one without points stays."""
    for _ in range(_PASSES):
        halves = (centroids**2).sum(-1) / 2
        sums, counts = np.zeros_like(centroids), np.zeros(len(centroids), np.float32)
        for start in range(0, len(points), _AT_ONCE):
            some = points[start : start + _AT_ONCE]
            nearest = (some @ centroids.T - halves).argmax(axis=1)
            np.add.at(sums, nearest, some)
            counts += np.bincount(nearest, minlength=len(centroids)).astype(np.float32)
        centroids = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centroids)
    return centroids
