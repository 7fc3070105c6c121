"""The networks as they are written with Keras's own layers, and our weights in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.backend import keras, ops
from turncast.bench.problem import Problem


def keras_network(problem: Problem, activation: str | None = None) -> Any:
    """Return the network of a problem, which answers with logits where no activation is named."""
    layers = keras.layers
    if problem.kind == "hierarchy":
        return _folded(problem)
    inputs = keras.Input((None, problem.features))
    x = layers.Masking()(inputs)
    if problem.has_bits:
        x = layers.Dense(problem.bit_units, name="bit_dense")(x)
    x = layers.LSTM(problem.units, return_sequences=True, name="hidden_0")(x)
    if problem.dropout:
        x = layers.Dropout(problem.dropout)(x)
    if problem.kind == "corpus" and keras.backend.backend() == "tensorflow":
        # Here `TimeDistributed` of Keras 3.15 fails at the second length; alone, `Dense` computes the same.
        return keras.Model(inputs, layers.Dense(problem.actions, name="actions")(x))
    dense = layers.Dense(problem.actions, activation=activation)
    return keras.Model(inputs, layers.TimeDistributed(dense, name="actions")(x))


def _folded(problem: Problem) -> Any:
    """Words and turns: Keras's `TimeDistributed` cannot hand on the mask of the words, so they are folded."""
    layers, words, units = keras.layers, problem.words, problem.word_units
    tokens = keras.Input((problem.turns, words), dtype="int32")
    x = layers.Embedding(problem.vocabulary, units, name="embedding")(tokens)
    x, mask = ops.reshape(x, (-1, words, units)), ops.reshape(ops.not_equal(tokens, 0), (-1, words))
    x = ops.reshape(layers.LSTM(units, name="words")(x, mask=mask), (-1, problem.turns, units))
    x = layers.LSTM(problem.units, return_sequences=True, name="hidden_0")(x)
    return keras.Model(tokens, layers.TimeDistributed(layers.Dense(problem.actions), name="actions")(x))


def give_weights(model: Any, weights: Mapping[str, NDArray[np.float32]]) -> Any:
    """Give the layers the weights of their names, and return the model."""
    for layer in model.layers:
        inner = layer.layer if isinstance(layer, keras.layers.Wrapper) else layer
        for weight in inner.trainable_weights:
            weight.assign(weights[f"{layer.name}/{weight.name}"])
    return model
