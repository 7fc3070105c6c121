"""torch's fused kernels for a whole sequence, where a layer is one that they know."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras


def run(layer: Any, sequences: Any, states: tuple[Any, ...]) -> Any:
    """Return last output, outputs and states of a Keras recurrent layer; None where torch has no kernel.

    Args:
        layer: a built LSTM, GRU or SimpleRNN.
        sequences: (B, T, F), none of them masked.
        states: what stands before the first step, each (B, H).
    """
    import torch

    kernel = _kernel_of(layer)
    if kernel is None:
        return None
    function, order = kernel
    weights = _weights(layer.cell, order, sequences.dtype)
    inputs = torch.flip(sequences, [1]) if layer.go_backwards else sequences
    before = tuple(state.unsqueeze(0).contiguous() for state in states)
    given = before if len(before) > 1 else before[0]
    # Layers, dropout, training, both directions, batch first.
    rest = (1, 0.0, True, False, True)
    outputs, *after = function(inputs, given, weights, len(weights) == 4, *rest)
    return outputs[:, -1], outputs, [state.squeeze(0) for state in after]


def _kernel_of(layer: Any) -> tuple[Any, list[int]] | None:
    """Return torch's function and, for each of its gates, which of Keras's it is."""
    import torch

    usual = layer.activation is keras.activations.tanh
    if isinstance(layer, keras.layers.SimpleRNN):
        return (torch.rnn_tanh, [0]) if usual else None
    if not usual or layer.recurrent_activation is not keras.activations.sigmoid:
        return None
    if isinstance(layer, keras.layers.LSTM):
        return torch.lstm, [0, 1, 2, 3]
    return (torch.gru, [1, 0, 2]) if layer.reset_after else None


def _weights(cell: Any, order: list[int], dtype: Any) -> list[Any]:
    """Return torch's weights: a row for each gate's unit, gates in torch's order, two biases."""
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
