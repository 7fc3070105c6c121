"""Two layers without anything between them are one: what a linear layer of the bits adds, at load time."""

from __future__ import annotations

import numpy as np

from turncast.runtime.cells import Weights

MOST_BYTES = 64 * 2**20
"""A kernel made of two is at most so large; otherwise both are kept, and each step has one more product."""


def fold(weights: Weights) -> Weights:
    """Return the weights with `bit_dense`, a linear layer of the bits, multiplied into the layer behind it.

    The first rows of that layer's kernel are of the bits; those of the words, which stand behind, stay.
    Weights without `bit_dense`, or with one whose product would be too large, come back as they are.

    >>> weights = {"bit_dense/kernel": np.ones((5, 2)), "bit_dense/bias": np.array([1.0, 2.0]),
    ...            "hidden_0/kernel": np.full((3, 4), 2.0), "hidden_0/bias": np.zeros(4)}
    >>> folded = fold(weights)
    >>> sorted(folded), folded["hidden_0/kernel"][:, 0].tolist(), folded["hidden_0/bias"].tolist()
    (['hidden_0/bias', 'hidden_0/kernel'], [4.0, 4.0, 4.0, 4.0, 4.0, 2.0], [6.0, 6.0, 6.0, 6.0])
    """
    if "bit_dense/kernel" not in weights:
        return weights
    rows, offset = weights["bit_dense/kernel"], weights["bit_dense/bias"]
    behind = "projection" if "projection/kernel" in weights else "hidden_0"
    kernel, bias = weights[f"{behind}/kernel"], np.array(weights[f"{behind}/bias"])
    if len(rows) * kernel[0].nbytes > MOST_BYTES:
        return weights
    of_bits, of_words = np.split(kernel, [len(offset)])
    of_bits = of_bits.astype(np.float64)  # what is rounded here stays in every step
    np.atleast_2d(bias)[0] += offset @ of_bits  # a GRU has a second row, of the state
    folded = {name: array for name, array in weights.items() if not name.startswith("bit_dense/")}
    folded[f"{behind}/kernel"] = np.concatenate([(rows @ of_bits).astype(kernel.dtype), of_words])
    folded[f"{behind}/bias"] = bias
    return folded
