"""Attention with linear biases (ALiBi), for the Keras layer and for its NumPy step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def alibi_slopes(heads: int) -> NDArray[np.float32]:
    """Return how much each step of distance lowers a score, for each head, (heads,): 2^(-8/n), 2^(-16/n), ...

    Source: Press et al., Train Short, Test Long: Attention with Linear Biases, 2022.

    >>> alibi_slopes(4).tolist()
    [0.25, 0.0625, 0.015625, 0.00390625]
    """
    return (2.0 ** (-8.0 * np.arange(1, heads + 1) / heads)).astype(np.float32)
