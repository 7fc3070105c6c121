"""Build a Keras model from a NetworkConfig."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.config import NetworkConfig
from turncast.layers import BitDense, RepeatVector, TimeDistributed
from turncast.network.hidden import hidden_layers, recurrent
from turncast.network.seeds import Seeds
from turncast.network.words import read_words


def build_network(
    config: NetworkConfig, *, num_features: int, num_actions: int, multi: bool, seed: int, num_tokens: int = 0
) -> Any:
    """Build the Keras model of a configuration.

    With the layout `many-to-many-2` it is

        bits (B, T, K) -> BitDense (B, T, E) -> LSTM(units, return_sequences=True) (B, T, H)
             -> TimeDistributed(Dense(actions)) (B, T, A) -> softmax, or sigmoid where `multi`

    `BitDense` is a linear dense layer on the 0/1 vector of F bits. It makes the kernel of the first hidden
    layer a product of two, (F, E) and (E, 4H), which costs a quarter (decision 16).

    Where words are read in order, `tokens` (B, T, W) become a vector for each turn, concatenated to the bits.
    Padding comes after the real turns, so a causal network needs no mask: the outputs of padded turns get
    weight 0 in every loss and metric. Only a layout with one answer per dialogue, which must find the last
    real turn, takes one more input, `mask` (B, T).

    Args:
        config: the configuration.
        num_features: F, the width of the bits.
        num_actions: A.
        multi: whether a turn may have several actions: sigmoid instead of softmax.
        seed: of the initial weights and of dropout.
        num_tokens: V, the size of the token vocabulary, including the padding 0; 0 where words are bits.

    Returns:
        A Keras model from a dictionary of inputs to two outputs, the logits and the probabilities: (B, T, A),
        with a decoder (B, T, k, A), with one answer per dialogue (B, A).

    >>> model = build_network(NetworkConfig(units=8), num_features=20, num_actions=5, multi=False, seed=1)
    >>> [layer.name for layer in model.layers]
    ['bits', 'bit_dense', 'hidden_0', 'dropout_0', 'actions', 'probabilities']
    >>> [tuple(output.shape) for output in model.outputs]
    [(None, None, 5), (None, None, 5)]
    """
    seeds = Seeds(seed)
    inputs = {"bits": keras.Input((None, None), dtype="int32", name="bits")}
    if num_tokens:
        inputs["tokens"] = keras.Input((None, None), dtype="int32", name="tokens")
    if config.layout_row.last_turn_only:
        inputs["mask"] = keras.Input((None,), dtype="bool", name="mask")
    first_only = config.layout_row.first_turn_only
    visible = {name: value[:, :1] if first_only else value for name, value in inputs.items()}
    table = seeds.table("bit_dense")
    x = BitDense(config.bit_units, num_features, kernel_initializer=table, name="bit_dense")(visible["bits"])
    if num_tokens:
        # An operation, because a Concatenate layer would pass on the words' mask as a mask of turns.
        x = ops.concatenate([x, read_words(config, visible["tokens"], num_tokens, seeds)], axis=-1)
    if first_only:
        x = RepeatVector(name="repeated")(x[:, 0], inputs["bits"])
    x = hidden_layers(config, x, inputs.get("mask"), seeds)
    logits = _output_layer(config, num_actions, seeds)(x)
    probabilities = keras.layers.Activation("sigmoid" if multi else "softmax", name="probabilities")(logits)
    return keras.Model(inputs, [logits, probabilities], name="policy")


def _output_layer(config: NetworkConfig, num_actions: int, seeds: Seeds) -> Any:
    """Return the layer that computes the logits of the actions from the last hidden layer."""
    dense = keras.layers.Dense(num_actions, kernel_initializer=seeds.kernel("actions"), name="actions")
    if config.layout_row.last_turn_only:
        return dense
    if not config.layout_row.decoder:
        return TimeDistributed(dense, name="actions")
    # The decoder starts anew at every turn, and does not see its own answers (decision 12).
    decoder = [
        keras.Input((config.units,)),
        RepeatVector(config.horizon, name="repeated"),
        recurrent(config, seeds, "decoder", name="hidden", return_sequences=True),
        TimeDistributed(dense, name="actions"),
    ]
    return TimeDistributed(keras.Sequential(decoder, name="decoder"), name="decoder")
