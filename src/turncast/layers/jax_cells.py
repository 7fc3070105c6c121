"""The cells of LSTM, GRU and SimpleRNN in JAX, as `jax_recurrence` runs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp

from turncast.backend import keras
from turncast.layers.jax_recurrence import CellFunctions

Activation = Callable[[Any], Any]


@cache
def lstm_cell(activation: Activation, recurrent_activation: Activation) -> CellFunctions:
    """Return an LSTM's functions: gates in the order input, forget, candidate, output.

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; the forget gate: Gers et al., 2000.
    """
    if activation is keras.activations.tanh and recurrent_activation is keras.activations.sigmoid:
        return CellFunctions(jnp.add, _update_lstm)
    update = partial(_update_lstm_with, activation, _by_tanh(recurrent_activation))
    return CellFunctions(jnp.add, update)


@cache
def gru_cell(activation: Activation, recurrent_activation: Activation) -> CellFunctions:
    """Return a GRU's functions, reset after the product: gates in the order update, reset, candidate.

    Source: Cho et al., Learning Phrase Representations, 2014, in the form of its version 1 (reset after).
    """
    return CellFunctions(_combine_gru, partial(_update_gru, activation, _by_tanh(recurrent_activation)))


@cache
def simple_rnn_cell(activation: Activation) -> CellFunctions:
    """Return a simple recurrent network's functions. Source: Elman, Finding Structure in Time, 1990."""
    return CellFunctions(jnp.add, lambda combined, states: (activation(combined),))  # noqa: ARG005


def _update_lstm_with(
    activation: Activation, recurrent_activation: Activation, combined: Any, states: Any
) -> tuple[Any, Any]:
    """Return the new output and memory of an LSTM with these activations; JAX derives the gradient."""
    i, f, g, o = jnp.split(combined, 4, -1)
    memory = recurrent_activation(f) * states[1] + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(memory), memory


# The usual LSTM has its gradient by hand, from the formulas
#
#     i, f, o = sigmoid(their part of combined);  g = tanh(its part)
#     memory' = f memory + i g;  output = o tanh(memory')
#
# All gates are one call of tanh, by sigmoid(x) = tanh(x / 2) / 2 + 1 / 2: as four calls on slices, XLA's CPU
# code takes four times as long. With y = tanh(scale x) and gate = scale y + shift (scale 1/2, for the
# candidate 1), a gate's derivative is scale^2 (1 - y^2).


@jax.custom_vjp  # type: ignore[untyped-decorator]
def _update_lstm(combined: Any, states: Any) -> tuple[Any, Any]:
    """Return the new output and memory of the usual LSTM."""
    return _lstm_gates(combined, states)[0]


def _lstm_gates(combined: Any, states: Any) -> tuple[tuple[Any, Any], tuple[Any, ...]]:
    """Return (output, memory), and what their gradient needs."""
    units = states[1].shape[-1]
    half, one = jnp.full(units, 0.5, combined.dtype), jnp.ones(units, combined.dtype)
    scale = jnp.concatenate([half, half, one, half])
    shift = jnp.concatenate([half, half, 0 * one, half])
    y = jnp.tanh(combined * scale)
    i, f, g, o = jnp.split(y * scale + shift, 4, -1)
    memory = f * states[1] + i * g
    tanh_memory = jnp.tanh(memory)
    return (o * tanh_memory, memory), (y, scale, i, f, g, o, tanh_memory)


def _lstm_forward(combined: Any, states: Any) -> tuple[Any, Any]:
    """Return (output, memory), and the factors of the gradient.

    The memory depends on i by g, on f by the old memory and on g by i; the output depends on o by tanh of the
    new memory, and on the new memory by o (1 - tanh^2).
    """
    new_states, (y, scale, i, f, g, o, tanh_memory) = _lstm_gates(combined, states)
    gate_factors = jnp.concatenate([g, states[1], i, tanh_memory], -1) * (scale * scale * (1 - y * y))
    return new_states, (gate_factors, o * (1 - tanh_memory * tanh_memory), f)


def _lstm_backward(saved: Any, gradients: Any) -> tuple[Any, Any]:
    """Return the gradients of combined and states. The old output has none: it is in `combined`."""
    gate_factors, memory_factor, f = saved
    output, memory = gradients
    memory = memory + output * memory_factor
    combined = jnp.concatenate([memory, memory, memory, output], -1) * gate_factors
    return combined, (jnp.zeros_like(output), memory * f)


_update_lstm.defvjp(_lstm_forward, _lstm_backward)


def _combine_gru(projected: Any, recurrent: Any) -> Any:
    """Add up the gates, but keep the candidate's two parts apart: the reset gate weighs one of them.

    (B, 3H) and (B, 3H) -> (B, 4H).
    """
    units = projected.shape[-1] // 3
    gates = projected[..., : 2 * units] + recurrent[..., : 2 * units]
    return jnp.concatenate([gates, projected[..., 2 * units :], recurrent[..., 2 * units :]], -1)


def _update_gru(
    activation: Activation, recurrent_activation: Activation, combined: Any, states: Any
) -> tuple[Any]:
    units = states[0].shape[-1]
    z, r = jnp.split(recurrent_activation(combined[..., : 2 * units]), 2, -1)
    candidate = activation(combined[..., 2 * units : 3 * units] + r * combined[..., 3 * units :])
    return (z * states[0] + (1 - z) * candidate,)


def _by_tanh(activation: Activation) -> Activation:
    """Return a quicker form of the sigmoid; any other activation unchanged."""
    return _sigmoid if activation is keras.activations.sigmoid else activation


def _sigmoid(x: Any) -> Any:
    return 0.5 * jnp.tanh(0.5 * x) + 0.5
