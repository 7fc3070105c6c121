"""A temperature as part of the weights: it is divided out once, and costs a step nothing."""

from __future__ import annotations

import numpy as np

from turncast.runtime.cells import Weights

_ANSWERS = tuple(f"{layer}/{name}" for layer in ("actions", "decoder/actions") for name in ("kernel", "bias"))


def temper(weights: Weights, temperature: float) -> Weights:
    """Return the weights of the network whose logits are divided by a temperature.

    The last layer is linear, so dividing its weights divides its logits. With 1 they come back as they are.

    >>> weights = {"hidden_0/bias": np.ones(2), "actions/kernel": np.ones((2, 1)), "actions/bias": np.ones(1)}
    >>> {name: array.tolist() for name, array in temper(weights, 2.0).items()}
    {'hidden_0/bias': [1.0, 1.0], 'actions/kernel': [[0.5], [0.5]], 'actions/bias': [0.5]}
    """
    if temperature == 1:
        return weights
    by = np.float32(1 / temperature)
    return {name: array * by if name in _ANSWERS else array for name, array in weights.items()}
