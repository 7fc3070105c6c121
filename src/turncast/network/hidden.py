"""The hidden layers, which carry memory from turn to turn; dense ones in the layout without memory."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras
from turncast.config import NetworkConfig
from turncast.layers import GRU, LSTM, CausalTransformer, SimpleRNN, TimeDistributed
from turncast.layers.last_step import LastStep
from turncast.network.seeds import Seeds

RECURRENT_LAYERS = {"lstm": LSTM, "gru": GRU, "simple-rnn": SimpleRNN}


def hidden_layers(config: NetworkConfig, x: Any, mask: Any, seeds: Seeds) -> Any:
    """Apply the hidden layers to x (B, T, F): (B, T, H), or (B, H) with one answer per dialogue."""
    if config.cell == "transformer":
        return _transformer(config, x, mask, seeds)
    layout = config.layout_row
    for index in range(config.layers):
        last_only = layout.last_turn_only and index == config.layers - 1
        residual = x
        if not layout.memory:
            name = f"hidden_{index}"
            dense = keras.layers.Dense(config.units, activation="tanh", kernel_initializer=seeds.kernel(name))
            x = TimeDistributed(dense, name=name)(x)
        else:
            layer = recurrent(config, seeds, f"hidden_{index}", return_sequences=not last_only)
            x = layer(x, mask=mask) if last_only else layer(x)
        if config.residual and index:
            residual = LastStep(name="last")(residual, mask) if last_only else residual
            x = keras.layers.Add(name=f"residual_{index}")([residual, x])
        if config.layer_norm:
            x = keras.layers.LayerNormalization(name=f"norm_{index}")(x)
        x = _dropout(config, f"dropout_{index}", seeds)(x)
    return x


def recurrent(
    config: NetworkConfig, seeds: Seeds, seed_name: str, *, return_sequences: bool, name: str | None = None
) -> Any:
    """Return a recurrent layer of the configured cell; an LSTM as the decoder of a transformer."""
    return RECURRENT_LAYERS.get(config.cell, LSTM)(
        config.units,
        return_sequences=return_sequences,
        kernel_initializer=seeds.kernel(seed_name),
        recurrent_initializer=seeds.recurrent(seed_name),
        name=name or seed_name,
    )


def _transformer(config: NetworkConfig, x: Any, mask: Any, seeds: Seeds) -> Any:
    dense = keras.layers.Dense(config.units, kernel_initializer=seeds.kernel("projection"))
    x = TimeDistributed(dense, name="projection")(x)
    for index in range(config.layers):
        name = f"hidden_{index}"
        block = CausalTransformer(
            config.units, config.heads, dropout=config.dropout, seed=seeds.for_layer(name), name=name
        )
        x = block(x)
    x = keras.layers.LayerNormalization(name="norm_last")(x)
    if mask is not None:
        x = LastStep(name="last")(x, mask)
    return _dropout(config, "dropout_last", seeds)(x)


def _dropout(config: NetworkConfig, name: str, seeds: Seeds) -> Any:
    return keras.layers.Dropout(config.dropout, seed=seeds.for_layer(name), name=name)
