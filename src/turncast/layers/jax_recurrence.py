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

# A chunk's gates take no more bytes, and it has no more steps. Measured with 512 gates: at 32 rows 16 and 20
# steps were the quickest, at 128 rows 4 to 20, at 640 rows 1 and 2.
_BYTES, _STEPS = 5 * 2**19, 32


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
    step: Step, inputs: Any, weights: Weights, states: tuple[Any, ...], mask: Any = None, ends: Any = None
) -> tuple[Any, tuple[Any, ...]]:
    """Run a recurrent cell over time, for one block of B rows after another; N is 1 but for `jax_blocks`.

    Args:
        step: the cell.
        inputs: (N, T, B, F).
        weights: the cell's weights.
        states: what stands before the first step, each (N, B, H).
        mask: (N, T, B, 1) booleans, false where a step leaves the states as they were; or None.
        ends: (N,), how many steps of each block to run, where the mask is false after them; or None. What
            stands in the outputs after a block's end has no meaning, and no gradient.

    Returns:
        The outputs (N, T, B, H) and the states after the last step.
    """
    results: tuple[Any, tuple[Any, ...]] = _forward(step, inputs, weights, states, mask, ends, keep=False)[0]
    return results


def _remember(
    step: Step, inputs: Any, weights: Weights, states: Any, mask: Any = None, ends: Any = None
) -> tuple[Any, Any]:
    results, saved = _forward(step, inputs, weights, states, mask, ends, keep=True)
    return results, (inputs, weights, mask, ends, *saved)


def _forward(
    step: Step, inputs: Any, weights: Weights, states: Any, mask: Any, ends: Any, keep: bool
) -> tuple[Any, Any]:
    """Return what `recur` returns; and what was before each step: the states, and what was joined.

    Where nothing need be kept, only the outputs are.
    """
    blocks, length, rows, _ = inputs.shape
    flat, masks = _flat(inputs), None if mask is None else _flat(mask)
    histories = tuple(
        jnp.empty((blocks * (length + 1), *state.shape[1:]), state.dtype)
        for state in (states if keep else states[:1])
    )
    part = jax.ShapeDtypeStruct((rows, weights.kernel.shape[1]), inputs.dtype)
    width = jax.eval_shape(step.join, part, part).shape
    joined = jnp.empty((blocks * length if keep else 0, *width), inputs.dtype)

    def chunk(block: Any, start: Any, size: int, carry: Any) -> Any:
        projected = _project(_cut(flat, block * length + start, size), weights.kernel, weights.bias)

        def one(number: Any, carry: Any) -> Any:
            states, histories, joined = carry
            at = block * length + start + number
            recurrent = _project(states[0], weights.recurrent_kernel, weights.recurrent_bias)
            together = step.join(_at(projected, number), recurrent)
            states = _point(step, together, states, None if masks is None else _at(masks, at))
            return states, _put_all(histories, states, at + block + 1), _put_if(keep, joined, together, at)

        return lax.fori_loop(0, size, one, carry)

    def run(block: Any, carry: Any) -> Any:
        last, histories, joined = carry
        states = tuple(_at(state, block) for state in last)
        carry = (states, _put_all(histories, states, block * (length + 1)), joined)
        states, *kept = _over_chunks(partial(chunk, block), _plan(inputs, weights, ends, block), carry)
        return _put_all(last, states, block), *kept

    last, histories, joined = _over_blocks(run, blocks, (states, histories, joined))
    outputs = histories[0].reshape(blocks, length + 1, *histories[0].shape[1:])[:, 1:]
    return (outputs, last), (histories, joined)


def _backward(step: Step, saved: Any, cotangents: Any) -> tuple[Any, ...]:
    """Return the gradients of inputs, weights and states; the mask has none."""
    inputs, weights, mask, ends, histories, joined = saved
    outputs_gradient, states_gradient = cotangents
    blocks, length, rows, _ = inputs.shape
    flat, masks, given = _flat(inputs), None if mask is None else _flat(mask), _flat(outputs_gradient)
    part = jax.ShapeDtypeStruct((rows, weights.kernel.shape[1]), inputs.dtype)
    split = jax.linear_transpose(step.join, part, part)
    back, back_in = weights.recurrent_kernel.T, weights.kernel.T

    def chunk(block: Any, start: Any, size: int, carry: Any) -> Any:
        gradient, sums, inputs_gradient = carry
        at = block * length + start
        before = tuple(_cut(history, at + block, size) for history in histories)
        # How each step's new states depend on what it saw: at once for the whole chunk.
        pulls = jax.vmap(lambda *seen: jax.vjp(partial(_point, step, mask=seen[2]), *seen[:2])[1])(
            _cut(joined, at, size), before, None if masks is None else _cut(masks, at, size)
        )

        def one(gradient: Any, seen: Any) -> Any:
            pull, output_gradient = seen
            together, (hidden, *others) = pull((gradient[0] + output_gradient, *gradient[1:]))
            _, recurrent = split(together)
            return (hidden + recurrent @ back, *others), together

        gradient, together = lax.scan(one, gradient, (pulls, _cut(given, at, size)), reverse=True)
        projected, recurrent = jax.vmap(split)(together)
        terms = (*_terms(_cut(flat, at, size), projected), *_terms(before[0], recurrent))
        sums = jax.tree.map(lambda total, term: total + term, sums, Weights(*terms))
        return gradient, sums, lax.dynamic_update_slice_in_dim(inputs_gradient, projected @ back_in, at, 0)

    def run(block: Any, carry: Any) -> Any:
        gradients, *carry = carry
        gradient = tuple(_at(gradient, block) for gradient in gradients)
        plan = _plan(inputs, weights, ends, block)
        gradient, *carry = _over_chunks(partial(chunk, block), plan, (gradient, *carry), backwards=True)
        return _put_all(gradients, gradient, block), *carry

    sums = Weights(*(jnp.zeros(shape.shape, shape.dtype) for shape in _full(weights)))
    carry = (tuple(states_gradient), sums, jnp.zeros_like(flat))
    gradient, sums, inputs_gradient = _over_blocks(run, blocks, carry)
    of_weights = Weights(*(None if w is None else s for w, s in zip(weights, sums, strict=True)))
    return inputs_gradient.reshape(inputs.shape), of_weights, gradient, None, None


recur.defvjp(_remember, _backward)


def _point(step: Step, joined: Any, states: Any, mask: Any) -> tuple[Any, ...]:
    new = step.point(joined, states)
    if mask is None:
        return new
    return tuple(jnp.where(mask, now, before) for now, before in zip(new, states, strict=True))


def _plan(inputs: Any, weights: Weights, ends: Any, block: Any) -> tuple[int, Any, int]:
    """Return the steps of a chunk, the number of chunks, and how many steps remain for the last one."""
    _, length, rows, _ = inputs.shape
    most = max(1, min(_STEPS, _BYTES // (max(rows, 1) * weights.kernel.shape[1] * inputs.dtype.itemsize)))
    if ends is not None:  # to the step: what is saved by chunks is lost by steps after the end
        return 1, _at(ends, block), 0
    even = max(size for size in range(1, most + 1) if length % size == 0)
    # A remainder would be compiled apart.
    size = length if length <= most else even if 2 * even >= most else most
    return size, *divmod(length, size)


def _over_blocks(run: Callable[..., Any], blocks: int, carry: Any) -> Any:
    """Apply run(block, carry) to block after block."""
    return run(0, carry) if blocks == 1 else lax.fori_loop(0, blocks, run, carry)


def _over_chunks(
    body: Callable[..., Any], plan: tuple[int, Any, int], carry: Any, backwards: bool = False
) -> Any:
    """Apply body(start, size, carry) to chunk after chunk."""
    size, count, rest = plan

    def whole(carry: Any) -> Any:
        if isinstance(count, int) and count == 1:
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


def _put_all(arrays: Any, values: Any, index: Any) -> Any:
    """Put as many values as there are arrays, each into its array."""
    return tuple(_put(array, value, index) for array, value in zip(arrays, values, strict=False))


def _put_if(keep: bool, array: Any, value: Any, index: Any) -> Any:
    return _put(array, value, index) if keep else array


def _flat(array: Any) -> Any:
    """(N, T, ...) -> (N * T, ...)."""
    return array.reshape(-1, *array.shape[2:])
