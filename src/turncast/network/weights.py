"""Read and write a network's weights as named arrays, for the runtime without Keras."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.backend import keras


def read_weights(model: Any) -> dict[str, NDArray[np.float32]]:
    """Return each weight by `layer/weight`, in Keras's own layout.

    >>> from turncast.config import NetworkConfig
    >>> from turncast.network import build_network
    >>> model = build_network(NetworkConfig(units=8, bit_units=4), num_features=20, num_actions=5,
    ...                       multi=False, seed=1)
    >>> {name: array.shape for name, array in read_weights(model).items()}
    {'bit_dense/kernel': (20, 4), 'bit_dense/bias': (4,), 'hidden_0/kernel': (4, 32),
     'hidden_0/recurrent_kernel': (8, 32), 'hidden_0/bias': (32,), 'actions/kernel': (8, 5),
     'actions/bias': (5,)}
    """
    return {
        f"{name}/{weight.name}": np.array(weight, np.float32, order="C")  # a copy: training may continue
        for name, layer in _layers(model)
        for weight in layer.trainable_weights
    }


def _layers(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield the name and the layer of all weights: a wrapper gives its name, a nested model its prefix."""
    for layer in model.layers:
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        if isinstance(inner, keras.Model):
            yield from ((f"{layer.name}/{name}", nested) for name, nested in _layers(inner))
        else:
            yield layer.name, inner


def write_weights(model: Any, weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Set the weights that `read_weights` returned for a model of the same shape."""
    for name, layer in _layers(model):
        for weight in layer.trainable_weights:
            weight.assign(weights[f"{name}/{weight.name}"])
