"""A recurrence over time in JAX: every product that can leave the loop over time does, in both passes.

A step is `new states = point(join(x W + b, h U + c), states)`. Only `h U` must wait for the step before. So
the input's product is one product for a chunk of steps; and in the backward pass, where only the gradient of
the states must go step by step, the gradients of W, U, b, c and x are products over a chunk of steps as well.
Chunks, and not the whole sequence, because what a chunk needs stays in the cache.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

# Steps a chunk. Of 8, 16, 32 and more, 16 was the quickest at 32 dialogues, and 8 and 16 at 128.
_CHUNK = 16


@dataclass(frozen=True)
class Step:
    """What one step of a recurrent cell computes, apart from its two products.

    Attributes:
        join: (input's part (B, Z), state's part (B, Z)) -> what `point` needs of them; linear.
        point: (joined, states) -> new states, the first being the output; no product in it.
    """

    join: Callable[[Any, Any], Any]
    point: Callable[[Any, Any], tuple[Any, ...]]


class Weights(NamedTuple):
    """The weights of a recurrent layer; a bias may be None.

    Attributes:
        kernel: (F, Z).
        bias: (Z,).
        recurrent_kernel: (H, Z).
        recurrent_bias: (Z,).
    """

    kernel: Any
    bias: Any
    recurrent_kernel: Any
    recurrent_bias: Any


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def recur(
    step: Step, inputs: Any, weights: Weights, states: tuple[Any, ...], mask: Any
) -> tuple[Any, tuple[Any, ...]]:
    """Run a recurrent cell over time.

    Args:
        step: the cell.
        inputs: (T, B, F).
        weights: the cell's weights.
        states: what stands before the first step, each (B, H).
        mask: (T, B, 1) booleans, false where a step leaves the states as they were; or None.

    Returns:
        The outputs (T, B, H) and the states after the last step.
    """
    histories, _ = _forward(step, inputs, weights, states, mask, keep=False)
    return histories[0][1:], tuple(history[-1] for history in histories)


def _remember(step: Step, inputs: Any, weights: Weights, states: Any, mask: Any) -> tuple[Any, Any]:
    histories, joined = _forward(step, inputs, weights, states, mask, keep=True)
    last = tuple(history[-1] for history in histories)
    return (histories[0][1:], last), (inputs, weights, mask, histories, joined)


def _forward(
    step: Step, inputs: Any, weights: Weights, states: Any, mask: Any, keep: bool
) -> tuple[Any, Any]:
    """Return the states before each step and after the last, (T + 1, B, H) each; and what was joined.

    Of states that need not be kept, the history holds only the last.
    """
    length = len(inputs)
    shapes = [(length if keep or number == 0 else 0, state) for number, state in enumerate(states)]
    histories = tuple(
        jnp.empty((steps + 1, *state.shape), state.dtype).at[0].set(state) for steps, state in shapes
    )
    part = jax.ShapeDtypeStruct((inputs.shape[1], weights.kernel.shape[1]), inputs.dtype)
    joined = jnp.empty((length if keep else 0, *jax.eval_shape(step.join, part, part).shape), inputs.dtype)

    def chunk(start: Any, size: int, carry: Any) -> Any:
        projected = _project(_cut(inputs, start, size), weights.kernel, weights.bias)

        def one(number: Any, carry: Any) -> Any:
            states, histories, joined = carry
            at = start + number
            recurrent = _project(states[0], weights.recurrent_kernel, weights.recurrent_bias)
            together = step.join(_at(projected, number), recurrent)
            states = _point(step, together, states, None if mask is None else _at(mask, at))
            histories = tuple(
                _put(history, state, at + 1 if len(history) > 1 else 0)
                for history, state in zip(histories, states, strict=True)
            )
            return states, histories, _put(joined, together, at) if keep else joined

        return lax.fori_loop(0, size, one, carry)

    _, histories, joined = _over_chunks(chunk, length, (states, histories, joined))
    return histories, joined


def _backward(step: Step, saved: Any, cotangents: Any) -> tuple[Any, ...]:
    """Return the gradients of inputs, weights and states; the mask has none."""
    inputs, weights, mask, histories, joined = saved
    outputs_gradient, states_gradient = cotangents
    part = jax.ShapeDtypeStruct((inputs.shape[1], weights.kernel.shape[1]), inputs.dtype)
    split = jax.linear_transpose(step.join, part, part)
    back, back_in = weights.recurrent_kernel.T, weights.kernel.T

    def chunk(start: Any, size: int, carry: Any) -> Any:
        gradient, sums, inputs_gradient = carry
        before = tuple(_cut(history, start, size) for history in histories)
        masks = None if mask is None else _cut(mask, start, size)
        # How each step's new states depend on what it saw: at once for the whole chunk.
        pulls = jax.vmap(lambda *seen: jax.vjp(partial(_point, step, mask=seen[2]), *seen[:2])[1])(
            _cut(joined, start, size), before, masks
        )

        def one(gradient: Any, seen: Any) -> Any:
            pull, output_gradient = seen
            together, (hidden, *others) = pull((gradient[0] + output_gradient, *gradient[1:]))
            _, recurrent = split(together)
            return (hidden + recurrent @ back, *others), together

        gradient, together = lax.scan(
            one, gradient, (pulls, _cut(outputs_gradient, start, size)), reverse=True
        )
        projected, recurrent = jax.vmap(split)(together)
        terms = (*_terms(_cut(inputs, start, size), projected), *_terms(before[0], recurrent))
        sums = jax.tree.map(lambda total, term: total + term, sums, Weights(*terms))
        return gradient, sums, lax.dynamic_update_slice_in_dim(inputs_gradient, projected @ back_in, start, 0)

    sums = Weights(*(jnp.zeros(shape.shape, shape.dtype) for shape in _full(weights)))
    carry = (tuple(states_gradient), sums, jnp.empty_like(inputs))
    gradient, sums, inputs_gradient = _over_chunks(chunk, len(inputs), carry, backwards=True)
    of_weights = Weights(*(None if w is None else s for w, s in zip(weights, sums, strict=True)))
    return inputs_gradient, of_weights, gradient, None


recur.defvjp(_remember, _backward)


def _point(step: Step, joined: Any, states: Any, mask: Any) -> tuple[Any, ...]:
    new = step.point(joined, states)
    if mask is None:
        return new
    return tuple(jnp.where(mask, now, before) for now, before in zip(new, states, strict=True))


def _over_chunks(body: Callable[..., Any], length: int, carry: Any, backwards: bool = False) -> Any:
    """Apply body(start, size, carry) to chunk after chunk; short sequences are one chunk."""
    size = length if length <= 2 * _CHUNK else _CHUNK
    count, rest = divmod(length, size)

    def whole(carry: Any) -> Any:
        if count == 1:
            return body(0, size, carry)
        return lax.fori_loop(
            0,
            count,
            lambda number, carry: body((count - 1 - number if backwards else number) * size, size, carry),
            carry,
        )

    def last(carry: Any) -> Any:
        return body(count * size, rest, carry) if rest else carry

    return whole(last(carry)) if backwards else last(whole(carry))


def _project(x: Any, kernel: Any, bias: Any) -> Any:
    return x @ kernel if bias is None else x @ kernel + bias


def _terms(x: Any, gradient: Any) -> tuple[Any, Any]:
    """Return the gradients of kernel and bias of a projection of x (T, B, F) with gradient (T, B, Z)."""
    flat = gradient.reshape(-1, gradient.shape[-1])
    return x.reshape(-1, x.shape[-1]).T @ flat, flat.sum(0)


def _full(weights: Weights) -> tuple[Any, ...]:
    kernel, recurrent = weights.kernel, weights.recurrent_kernel
    return kernel, kernel[0], recurrent, recurrent[0]


def _cut(array: Any, start: Any, size: int) -> Any:
    return lax.dynamic_slice_in_dim(array, start, size, 0)


def _at(array: Any, index: Any) -> Any:
    return lax.dynamic_index_in_dim(array, index, 0, keepdims=False)


def _put(array: Any, value: Any, index: Any) -> Any:
    return lax.dynamic_update_index_in_dim(array, value, index, 0)
