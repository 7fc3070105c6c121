"""Run a recurrent layer with torch's fused kernels, where they support it."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras


def run(layer: Any, sequences: Any, states: tuple[Any, ...]) -> Any:
    """Return the last output, all outputs and the states of a layer; None where torch has no kernel for it.

    Args:
        layer: a built LSTM, GRU or SimpleRNN.
        sequences: (B, T, F), without a mask.
        states: the states before the first step, each (B, H).
    """
    import torch

    kernel = _kernel_of(layer)
    if kernel is None:
        return None
    function, order = kernel
    weights = _weights(layer.cell, order, sequences.dtype)
    inputs = torch.flip(sequences, [1]) if layer.go_backwards else sequences
    initial = tuple(state.unsqueeze(0).contiguous() for state in states)
    hidden = initial if len(initial) > 1 else initial[0]
    # num_layers, dropout, train, bidirectional, batch_first
    options = (1, 0.0, True, False, True)
    outputs, *last_states = function(inputs, hidden, weights, len(weights) == 4, *options)
    return outputs[:, -1], outputs, [state.squeeze(0) for state in last_states]


def _kernel_of(layer: Any) -> tuple[Any, list[int]] | None:
    """Return torch's function, and for each of its gates the index of the gate in Keras's order."""
    import torch

    is_tanh = layer.activation is keras.activations.tanh
    if isinstance(layer, keras.layers.SimpleRNN):
        return (torch.rnn_tanh, [0]) if is_tanh else None
    if not is_tanh or layer.recurrent_activation is not keras.activations.sigmoid:
        return None
    if isinstance(layer, keras.layers.LSTM):
        return torch.lstm, [0, 1, 2, 3]
    return (torch.gru, [1, 0, 2]) if layer.reset_after else None


def _weights(cell: Any, order: list[int], dtype: Any) -> list[Any]:
    """Return torch's weights: one row per unit of a gate, gates in torch's order, and two biases."""
    import torch

    def ordered(weight: Any) -> Any:
        value = torch.as_tensor(weight.value if hasattr(weight, "value") else weight).to(dtype)
        gates = torch.chunk(value, len(order), dim=-1)
        return torch.cat([gates[gate] for gate in order], dim=-1)

    weights = [ordered(cell.kernel).T.contiguous(), ordered(cell.recurrent_kernel).T.contiguous()]
    if cell.bias is None:
        return weights
    bias = ordered(cell.bias)
    return [*weights, *(bias if bias.ndim == 2 else (bias, torch.zeros_like(bias)))]
