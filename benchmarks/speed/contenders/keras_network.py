"""The networks of the tasks in Keras's own layers, with the weights of the task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.task import BenchmarkTask
from turncast.backend import keras, ops


def keras_network(task: BenchmarkTask, activation: str | None = None) -> Any:
    """Return the network of a task; it returns logits where `activation` is None."""
    layers = keras.layers
    if task.kind == "hierarchy":
        return _hierarchy(task)
    inputs = keras.Input((None, task.features))
    x = layers.Masking()(inputs)
    if task.has_bits:
        x = layers.Dense(task.bit_units, name="bit_dense")(x)
    x = layers.LSTM(task.units, return_sequences=True, name="hidden_0")(x)
    if task.dropout:
        x = layers.Dropout(task.dropout)(x)
    if task.kind == "corpus" and keras.backend.backend() == "tensorflow":
        # Here `TimeDistributed` of Keras 3.15 fails at the second length; `Dense` computes the same.
        return keras.Model(inputs, layers.Dense(task.actions, name="actions")(x))
    dense = layers.Dense(task.actions, activation=activation)
    return keras.Model(inputs, layers.TimeDistributed(dense, name="actions")(x))


def _hierarchy(task: BenchmarkTask) -> Any:
    """Fold words and turns by hand: Keras's `TimeDistributed` does not pass on the mask of the words."""
    layers, words, units = keras.layers, task.words, task.word_units
    tokens = keras.Input((task.turns, words), dtype="int32")
    x = layers.Embedding(task.vocabulary, units, name="embedding")(tokens)
    x, mask = ops.reshape(x, (-1, words, units)), ops.reshape(ops.not_equal(tokens, 0), (-1, words))
    x = ops.reshape(layers.LSTM(units, name="words")(x, mask=mask), (-1, task.turns, units))
    x = layers.LSTM(task.units, return_sequences=True, name="hidden_0")(x)
    return keras.Model(tokens, layers.TimeDistributed(layers.Dense(task.actions), name="actions")(x))


def set_weights(model: Any, weights: Mapping[str, NDArray[np.float32]]) -> Any:
    """Set the weights of the layers by their names, and return the model."""
    for layer in model.layers:
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        for weight in inner.trainable_weights:
            weight.assign(weights[f"{layer.name}/{weight.name}"])
    return model
