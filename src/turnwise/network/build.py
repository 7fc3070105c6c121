"""The recipe: NetworkConfig -> Keras model."""

from __future__ import annotations

from typing import Any

from turnwise.backend import keras
from turnwise.config import NetworkConfig
from turnwise.layers import MultiHot, TimeDistributed


def build_network(config: NetworkConfig, num_features: int, num_actions: int, multi: bool, seed: int) -> Any:
    """Build the synchronous many-to-many network.

        bits (B, T, K) -> MultiHot (B, T, F) -> LSTM(units, return_sequences=True) (B, T, H)
             -> TimeDistributed(Dense(actions)) (B, T, A) -> softmax, or sigmoid where `multi`

    Padding stands behind the real turns, and the network looks only back, so that it needs no mask: the
    outputs of padded turns get weight 0 in every loss and metric.

    Args:
        config: the shape; with the layout `one-to-one`, time-distributed dense layers stand for the LSTMs.
        num_features: F, the width of the input.
        num_actions: A.
        multi: whether a turn may take several actions.
        seed: of the first weights and of dropout.

    Returns:
        A Keras model with two outputs: the logits and the probabilities, both (B, T, A).

    >>> model = build_network(NetworkConfig(units=8), num_features=20, num_actions=5, multi=False, seed=1)
    >>> [layer.name for layer in model.layers]
    ['bits', 'multi_hot', 'hidden_0', 'dropout_0', 'actions', 'probabilities']
    >>> [tuple(output.shape) for output in model.outputs]
    [(None, None, 5), (None, None, 5)]
    """
    bits = keras.Input((None, None), dtype="int32", name="bits")
    x = MultiHot(num_features, name="multi_hot")(bits)
    for index in range(config.layers):
        x = _hidden(config, index, seed)(x)
        x = keras.layers.Dropout(config.dropout, seed=seed + index, name=f"dropout_{index}")(x)
    logits = TimeDistributed(
        keras.layers.Dense(num_actions, kernel_initializer=_uniform(seed + 99)), name="actions"
    )(x)
    probabilities = keras.layers.Activation("sigmoid" if multi else "softmax", name="probabilities")(logits)
    return keras.Model(bits, [logits, probabilities], name="policy")


def _hidden(config: NetworkConfig, index: int, seed: int) -> Any:
    name, kernel = f"hidden_{index}", _uniform(seed + 10 + index)
    if config.layout == "one-to-one":
        dense = keras.layers.Dense(config.units, activation="tanh", kernel_initializer=kernel)
        return TimeDistributed(dense, name=name)
    return keras.layers.LSTM(
        config.units,
        return_sequences=True,
        kernel_initializer=kernel,
        recurrent_initializer=keras.initializers.Orthogonal(seed=seed + 50 + index),
        name=name,
    )


def _uniform(seed: int) -> Any:
    return keras.initializers.GlorotUniform(seed=seed)
