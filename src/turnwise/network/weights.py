"""A network's weights as named arrays, for the runtime that needs no Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def read_weights(model: Any) -> dict[str, NDArray[np.float32]]:
    """Return each weight by `layer/weight`, in Keras's own layout.

    >>> from turnwise.config import NetworkConfig
    >>> from turnwise.network import build_network
    >>> model = build_network(NetworkConfig(units=8), num_features=20, num_actions=5, multi=False, seed=1)
    >>> {name: array.shape for name, array in read_weights(model).items()}
    {'hidden_0/kernel': (20, 32), 'hidden_0/recurrent_kernel': (8, 32), 'hidden_0/bias': (32,),
     'actions/kernel': (8, 5), 'actions/bias': (5,)}
    """
    return {
        f"{layer.name}/{weight.name}": np.asarray(weight, np.float32)
        for layer in model.layers
        for weight in layer.trainable_weights
    }
