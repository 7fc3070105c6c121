"""The words of each turn, read in order: tokens -> one vector a turn."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.config import NetworkConfig
from turncast.layers import LSTM, MaskedPooling, TimeDistributed
from turncast.network.seeds import Seeds

CONVOLVED = 3
"""How many words a convolution sees at once."""


def read_words(config: NetworkConfig, tokens: Any, num_tokens: int, seeds: Seeds) -> Any:
    """Read the words of every turn: tokens (B, T, W), 0 being padding, to (B, T, E).

    The same layer reads each turn, on its own: `TimeDistributed(LSTM)` sees the words of one turn as its
    sequence. A turn without words gives zeros.
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
        # What is no word is zero, at the end as before the beginning.
        x = x * ops.expand_dims(ops.cast(mask, x.dtype), -1)
        convolution = keras.layers.Conv1D(
            units, CONVOLVED, padding="same", activation="relu", kernel_initializer=seeds.kernel("words")
        )
        x = TimeDistributed(convolution, name="words")(x)
    pooling = MaskedPooling("mean" if config.words == "mean" else "max")
    return TimeDistributed(pooling, name="pooled")(x, mask=mask)
