"""Product quantisation: a vector as a code for each of its parts."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

_NUM_ITERATIONS = 12
_CHUNK = 4096  # vectors whose distances are in memory together


@dataclass(frozen=True, slots=True, eq=False)
class ProductQuantiser:
    """Splits a vector into parts, and codes each part as its nearest centroid (Jegou et al., 2011).

    Part m of M holds the numbers m, m + M, m + 2M, ... of the vector: where the numbers are sorted by
    variance, as after a principal component analysis, each part has a like share of it.

    Args:
        centroids: C centroids of d numbers for each part, (M, C, d).
        width: D, the number of numbers in a vector; zeros fill it up to M * d.

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
        """Learn the centroids of each part from N vectors by k-means.

        Args:
            vectors: (N, D), N at least 1.
            parts: M, at most D.
            centroids: C at most; no part has more centroids than different values.
            seed: of the values that k-means starts from.
        """
        generator = np.random.default_rng(seed)
        cut = _split(vectors, parts)
        distinct = [np.unique(cut[:, part], axis=0) for part in range(parts)]
        count = min(centroids, max(map(len, distinct)))
        # A part with fewer values repeats them; of equal centroids the first is taken as the nearest.
        initial = [np.resize(generator.permutation(rows), (count, rows.shape[1])) for rows in distinct]
        learned = [_k_means(cut[:, part], initial[part]) for part in range(parts)]
        return cls(np.stack(learned), vectors.shape[1])

    @property
    def num_parts(self) -> int:
        """M, the number of parts of a vector."""
        return len(self.centroids)

    @property
    def num_centroids(self) -> int:
        """C, the number of centroids of each part."""
        return int(self.centroids.shape[1])

    def codes(self, vector: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the index of the nearest centroid for each part of a vector (D,): (M,)."""
        products = self.centroids @ _split(vector[None], self.num_parts)[0][:, :, None]
        nearest: NDArray[np.int64] = (products[:, :, 0] - self._halves).argmax(axis=1)
        return nearest

    def vector(self, codes: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vector that codes (M,) stand for: (D,)."""
        return self.centroids[np.arange(self.num_parts), codes].T.reshape(-1)[: self.width]

    def to_json(self) -> dict[str, Any]:
        """Return the JSON for `from_json`; the centroids are little-endian 32-bit floats in base64."""
        content = self.centroids.astype("<f4").tobytes()
        return {
            "shape": list(self.centroids.shape),
            "width": self.width,
            "centroids": b64encode(content).decode(),
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> ProductQuantiser:
        """Return the quantiser that `to_json` described."""
        numbers = np.frombuffer(b64decode(record["centroids"]), "<f4").astype(np.float32)
        return cls(numbers.reshape(record["shape"]), record["width"])


def _split(vectors: NDArray[np.float32], parts: int) -> NDArray[np.float32]:
    """Return the parts of each vector: (N, D) -> (N, M, d)."""
    missing = -vectors.shape[1] % parts
    if missing:
        vectors = np.pad(vectors, [(0, 0), (0, missing)])
    return vectors.reshape(len(vectors), -1, parts).swapaxes(1, 2)


def _k_means(points: NDArray[np.float32], centroids: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the centroids (C, d) after k-means on points (N, d); a centroid without points stays."""
    for _ in range(_NUM_ITERATIONS):
        halves = (centroids**2).sum(-1) / 2
        sums, counts = np.zeros_like(centroids), np.zeros(len(centroids), np.float32)
        for start in range(0, len(points), _CHUNK):
            chunk = points[start : start + _CHUNK]
            nearest = (chunk @ centroids.T - halves).argmax(axis=1)
            np.add.at(sums, nearest, chunk)
            counts += np.bincount(nearest, minlength=len(centroids)).astype(np.float32)
        centroids = np.where(counts[:, None] > 0, sums / np.maximum(counts, 1)[:, None], centroids)
    return centroids
