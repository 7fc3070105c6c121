"""A network's weights before it is stepped: stacked, folded, and divided by a temperature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from turncast.errors import ModelError

Weights = Mapping[str, NDArray[np.float32]]
"""Arrays by `layer/weight`."""

MOST_BYTES = 64 * 2**20
"""The largest table that is computed at load time to save a product per step."""

_LAST_LAYERS = ("actions", "decoder/actions")


def stack_members(members: Sequence[Weights]) -> Weights:
    """Return the weights of k networks as arrays with one more axis, (k, ...); of one, unchanged.

    >>> members = [{"actions/bias": np.array([1.0, 2.0])}, {"actions/bias": np.array([3.0, 4.0])}]
    >>> stack_members(members)["actions/bias"].tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    >>> [weights["actions/bias"].tolist() for weights in split_members(stack_members(members), 2)]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    first, *others = members
    if not others:
        return first
    return {name: np.stack([weights[name] for weights in members]) for name in first}


def split_members(weights: Weights, count: int) -> list[Weights]:
    """Return the weights of each of the `count` networks that `stack_members` put together.

    Raises:
        ModelError: where an array is not of that many networks.
    """
    if count == 1:
        return [weights]
    for name, array in weights.items():
        if len(array) != count:
            raise ModelError(
                f"the weight {name} is of {len(array)} networks, expected {count}; save it again"
            )
    return [{name: array[number] for name, array in weights.items()} for number in range(count)]


def fold_bit_dense(weights: Weights) -> Weights:
    """Return the weights with the linear layer `bit_dense` multiplied into the layer after it.

    Two linear maps in a row are one (decision 23): with bits x, a bit kernel E and bias e, and the next
    layer's kernel W and bias b,

        (x E + e) W + b = x (E W) + (e W + b).

    So a live step adds up rows of E W, and `bit_dense` costs it nothing. Training keeps the two apart, where
    the narrow product in between is cheaper (decision 16).

    The next layer's input is (bits, words): only the first rows of its kernel belong to the bits, the others
    stay. Weights without `bit_dense` are returned unchanged, and so are those whose product would be larger
    than `MOST_BYTES`; each step then computes both products.

    >>> weights = {"bit_dense/kernel": np.ones((5, 2)), "bit_dense/bias": np.array([1.0, 2.0]),
    ...            "hidden_0/kernel": np.full((3, 4), 2.0), "hidden_0/bias": np.zeros(4)}
    >>> folded = fold_bit_dense(weights)
    >>> sorted(folded), folded["hidden_0/kernel"][:, 0].tolist(), folded["hidden_0/bias"].tolist()
    (['hidden_0/bias', 'hidden_0/kernel'], [4.0, 4.0, 4.0, 4.0, 4.0, 2.0], [6.0, 6.0, 6.0, 6.0])
    """
    if "bit_dense/kernel" not in weights:
        return weights
    bit_kernel, bit_bias = weights["bit_dense/kernel"], weights["bit_dense/bias"]
    layer = "projection" if "projection/kernel" in weights else "hidden_0"
    kernel, bias = weights[f"{layer}/kernel"], np.array(weights[f"{layer}/bias"])
    if len(bit_kernel) * kernel[0].nbytes > MOST_BYTES:
        return weights
    bit_rows, word_rows = np.split(kernel, [len(bit_bias)])
    bit_rows = bit_rows.astype(np.float64)  # a rounding error here would be in every step
    np.atleast_2d(bias)[0] += bit_bias @ bit_rows  # a GRU's bias has a second row, for the state
    folded = {name: array for name, array in weights.items() if not name.startswith("bit_dense/")}
    folded[f"{layer}/kernel"] = np.concatenate([(bit_kernel @ bit_rows).astype(kernel.dtype), word_rows])
    folded[f"{layer}/bias"] = bias
    return folded


def apply_temperature(weights: Weights, temperature: float) -> Weights:
    """Return the weights of the network whose logits are divided by a temperature; unchanged for 1.

    The last layer is linear, so dividing its weights divides its logits, and a step costs no more.

    >>> weights = {"hidden_0/bias": np.ones(2), "actions/kernel": np.ones((2, 1)), "actions/bias": np.ones(1)}
    >>> {name: array.tolist() for name, array in apply_temperature(weights, 2.0).items()}
    {'hidden_0/bias': [1.0, 1.0], 'actions/kernel': [[0.5], [0.5]], 'actions/bias': [0.5]}
    """
    if temperature == 1:
        return weights
    factor = np.float32(1 / temperature)
    return {
        name: array * factor if name.rpartition("/")[0] in _LAST_LAYERS else array
        for name, array in weights.items()
    }
