"""The steps of LSTM, GRU and SimpleRNN in JAX, as `jax_recurrence` needs them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import jax
import jax.numpy as jnp

from turncast.backend import keras
from turncast.layers.jax_recurrence import Step

Activation = Callable[[Any], Any]


@cache
def lstm_step(activation: Activation, recurrent_activation: Activation) -> Step:
    """Return an LSTM's step: gates in the order input, forget, candidate, output.

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; the forget gate: Gers et al., 2000.
    """
    if activation is keras.activations.tanh and recurrent_activation is keras.activations.sigmoid:
        return Step(jnp.add, _lstm_point)
    return Step(jnp.add, partial(_any_lstm_point, activation, _quick(recurrent_activation)))


@cache
def gru_step(activation: Activation, recurrent_activation: Activation) -> Step:
    """Return a GRU's step with the reset gate after the product: gates in the order update, reset, candidate.

    Source: Cho et al., Learning Phrase Representations, 2014, in the form of its version 1 (reset after).
    """
    return Step(_gru_join, partial(_gru_point, activation, _quick(recurrent_activation)))


@cache
def simple_rnn_step(activation: Activation) -> Step:
    """Return a simple recurrent network's step. Source: Elman, Finding Structure in Time, 1990."""
    return Step(jnp.add, lambda joined, states: (activation(joined),))  # noqa: ARG005


def _any_lstm_point(
    activation: Activation, recurrent_activation: Activation, joined: Any, states: Any
) -> tuple[Any, Any]:
    i, f, g, o = jnp.split(joined, 4, -1)
    memory = recurrent_activation(f) * states[1] + recurrent_activation(i) * activation(g)
    return recurrent_activation(o) * activation(memory), memory


@jax.custom_vjp  # type: ignore[untyped-decorator]
def _lstm_point(joined: Any, states: Any) -> tuple[Any, Any]:
    """The usual LSTM. All gates are one call of tanh: four calls on slices take XLA's CPU code 4x as long."""
    return _lstm_gates(joined, states)[0]


def _lstm_gates(joined: Any, states: Any) -> tuple[tuple[Any, Any], tuple[Any, ...]]:
    units = states[1].shape[-1]
    half, one = jnp.full(units, 0.5, joined.dtype), jnp.ones(units, joined.dtype)
    scale = jnp.concatenate([half, half, one, half])  # sigmoid(x) = tanh(x / 2) / 2 + 1 / 2
    shift = jnp.concatenate([half, half, 0 * one, half])
    squashed = jnp.tanh(joined * scale)
    i, f, g, o = jnp.split(squashed * scale + shift, 4, -1)
    memory = f * states[1] + i * g
    shown = jnp.tanh(memory)
    return (o * shown, memory), (squashed, scale, i, f, g, o, shown)


def _lstm_remember(joined: Any, states: Any) -> tuple[Any, Any]:
    new, (squashed, scale, i, f, g, o, shown) = _lstm_gates(joined, states)
    slopes = jnp.concatenate([g, states[1], i, shown], -1) * (scale * scale * (1 - squashed * squashed))
    return new, (slopes, o * (1 - shown * shown), f)


def _lstm_pull(saved: Any, gradient: Any) -> tuple[Any, Any]:
    slopes, memory_slope, f = saved
    hidden, memory = gradient
    memory = memory + hidden * memory_slope
    return (
        jnp.concatenate([memory, memory, memory, hidden], -1) * slopes,
        (jnp.zeros_like(hidden), memory * f),
    )


_lstm_point.defvjp(_lstm_remember, _lstm_pull)


def _gru_join(projected: Any, recurrent: Any) -> Any:
    """Keep the candidate's two parts apart: the reset gate comes between them. (B, 3H) twice -> (B, 4H)."""
    units = projected.shape[-1] // 3
    gates = projected[..., : 2 * units] + recurrent[..., : 2 * units]
    return jnp.concatenate([gates, projected[..., 2 * units :], recurrent[..., 2 * units :]], -1)


def _gru_point(
    activation: Activation, recurrent_activation: Activation, joined: Any, states: Any
) -> tuple[Any]:
    units = states[0].shape[-1]
    z, r = jnp.split(recurrent_activation(joined[..., : 2 * units]), 2, -1)
    candidate = activation(joined[..., 2 * units : 3 * units] + r * joined[..., 3 * units :])
    return (z * states[0] + (1 - z) * candidate,)


def _quick(activation: Activation) -> Activation:
    return _sigmoid if activation is keras.activations.sigmoid else activation


def _sigmoid(x: Any) -> Any:
    return 0.5 * jnp.tanh(0.5 * x) + 0.5
