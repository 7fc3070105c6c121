"""Read the words of each turn in order: tokens -> one vector per turn."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.config import NetworkConfig
from turncast.layers import LSTM, MaskedPooling, TimeDistributed
from turncast.network.seeds import Seeds

CONVOLUTION_WIDTH = 3
"""Words per window of the convolution."""


def read_words(config: NetworkConfig, tokens: Any, num_tokens: int, seeds: Seeds) -> Any:
    """Return a vector for the words of every turn: tokens (B, T, W), where 0 is padding, -> (B, T, E).

    One layer reads each turn independently: the sequence of `TimeDistributed(LSTM)` is the words of one turn.
    A turn without words gives zeros.
    """
    units = config.word_units
    embedding = keras.layers.Embedding(
        num_tokens, units, embeddings_initializer=seeds.embedding("embedding"), name="embedding"
    )
    x, mask = embedding(tokens), ops.not_equal(tokens, 0)
    if config.words == "lstm":
        reader = LSTM(
            units,
            kernel_initializer=seeds.kernel("words"),
            recurrent_initializer=seeds.recurrent("words"),
        )
        return TimeDistributed(reader, name="words")(x, mask=mask)
    if config.words == "conv":
        # Set the padding to zero: the convolution then sees zeros after the last word, as before the first.
        x = x * ops.expand_dims(ops.cast(mask, x.dtype), -1)
        convolution = keras.layers.Conv1D(
            units,
            CONVOLUTION_WIDTH,
            padding="same",
            activation="relu",
            kernel_initializer=seeds.kernel("words"),
        )
        x = TimeDistributed(convolution, name="words")(x)
    pooling = MaskedPooling("mean" if config.words == "mean" else "max")
    return TimeDistributed(pooling, name="pooled")(x, mask=mask)
