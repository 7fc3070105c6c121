"""What every kind of vectors offers."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Reader(Protocol):
    """Turns a text into a vector."""

    @property
    def width(self) -> int:
        """D, the numbers of a vector."""
        ...

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """Return the text's vector, (D,); None where nothing in the text is known."""
        ...


def of_length_one(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the vector scaled to length 1; zeros stay zeros.

    >>> of_length_one(np.array([3, 4], np.float32)).tolist()
    [0.6000000238418579, 0.800000011920929]
    """
    return vector / np.float32(np.linalg.norm(vector) or 1)
