"""Run a recurrent cell over time in JAX, with as few products inside the loop over time as possible.

One step of a cell is

    z[t] = x[t] W + b                        the input's projection
    r[t] = h[t-1] U + c                      the state's projection; h is the first of the states s
    s[t] = update(combine(z[t], r[t]), s[t-1])

Only `h U` has to wait for the step before. So the forward pass computes `x W` as one product for a chunk of
steps, before it loops over them.

The backward pass is written by hand (`_backward`, backpropagation through time: Werbos, 1990), because JAX's
own derivative of a loop adds to the gradients of the weights at every step. With g[t] the gradient of s[t],
and dz, dr the gradients of z, r, it goes through the steps in reverse,

    (d_combined, d_states) = update's derivative at (combined[t], s[t-1]), applied to g[t]
    (dz[t], dr[t]) = combine's transpose, applied to d_combined
    g[t-1] = d_states, plus dr[t] U' and the gradient of the output h[t-1] for the first of the states

and afterwards computes everything else as products over a whole chunk:

    dW = sum of x[t]' dz[t]    db = sum of dz[t]    dU = sum of h[t-1]' dr[t]    dc = sum of dr[t]
    dx[t] = dz[t] W'

A masked step leaves the states as they were, and so lets their gradient pass through unchanged.

Chunks, and not the whole sequence, because what a chunk needs stays in the processor's cache (decision 8).
The same arrangement for GPUs: Appleyard et al., Optimizing Performance of Recurrent Neural Networks on GPUs,
2016.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax import lax

from turncast.layers.jax_chunks import Chunks, divide, over_chunks


@dataclass(frozen=True)
class CellFunctions:
    """What one step of a recurrent cell computes beside its two products.

    Attributes:
        combine: (input's projection (B, Z), state's projection (B, Z)) -> the argument of `update`; linear.
        update: (combined, states) -> new states, the first being the output; elementwise.
    """

    combine: Callable[[Any, Any], Any]
    update: Callable[[Any, Any], tuple[Any, ...]]


class RecurrentWeights(NamedTuple):
    """The weights of a recurrent layer; a bias may be None.

    Attributes:
        kernel: W, (F, Z).
        bias: b, (Z,).
        recurrent_kernel: U, (H, Z).
        recurrent_bias: c, (Z,).
    """

    kernel: Any
    bias: Any
    recurrent_kernel: Any
    recurrent_bias: Any


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def run_cell(
    cell: CellFunctions,
    inputs: Any,
    weights: RecurrentWeights,
    states: tuple[Any, ...],
    mask: Any = None,
    ends: Any = None,
) -> tuple[Any, tuple[Any, ...]]:
    """Run a recurrent cell over time, for N blocks of B rows, one block after the other.

    N is 1, except for `jax_blocks`.

    Args:
        cell: the cell's functions.
        inputs: (N, T, B, F).
        weights: the cell's weights.
        states: the states before the first step, each (N, B, H).
        mask: (N, T, B, 1) booleans, false where a step leaves the states as they were; or None.
        ends: (N,), how many steps of each block to run, where the mask is false after them; or None. After a
            block's end the outputs are undefined, and have no gradient.

    Returns:
        The outputs (N, T, B, H) and the states after the last step, each (N, B, H).
    """
    results: tuple[Any, tuple[Any, ...]] = _run_forward(
        cell, inputs, weights, states, mask, ends, save=False
    )[0]
    return results


def _forward(
    cell: CellFunctions,
    inputs: Any,
    weights: RecurrentWeights,
    states: Any,
    mask: Any = None,
    ends: Any = None,
) -> tuple[Any, Any]:
    """Return what `run_cell` returns, and what `_backward` needs."""
    results, saved = _run_forward(cell, inputs, weights, states, mask, ends, save=True)
    return results, (inputs, weights, mask, ends, *saved)


def _run_forward(
    cell: CellFunctions, inputs: Any, weights: RecurrentWeights, states: Any, mask: Any, ends: Any, save: bool
) -> tuple[Any, Any]:
    """Return what `run_cell` returns, and (the states before each step, the combined projections).

    Only `save` stores them all; otherwise the history of the first state is stored, the outputs.
    """
    blocks, length, rows, _ = inputs.shape
    flat_inputs, flat_mask = _flatten(inputs), _flatten(mask)
    # A block has T + 1 places in a history: before the first step, and after each step.
    histories = tuple(
        jnp.empty((blocks * (length + 1), *state.shape[1:]), state.dtype)
        for state in (states if save else states[:1])
    )
    projection = jax.ShapeDtypeStruct((rows, weights.kernel.shape[1]), inputs.dtype)
    combined_shape = jax.eval_shape(cell.combine, projection, projection).shape
    all_combined = jnp.empty((blocks * length if save else 0, *combined_shape), inputs.dtype)

    def run_chunk(block: Any, start: Any, size: int, carry: Any) -> Any:
        projected = _project(_slice(flat_inputs, block * length + start, size), weights.kernel, weights.bias)

        def run_step(number: Any, carry: Any) -> Any:
            states, histories, all_combined = carry
            at = block * length + start + number
            recurrent = _project(states[0], weights.recurrent_kernel, weights.recurrent_bias)
            combined = cell.combine(_get(projected, number), recurrent)
            states = _masked_update(cell, combined, states, _get(flat_mask, at))
            if save:
                all_combined = _set(all_combined, combined, at)
            return states, _set_each(histories, states, at + block + 1), all_combined

        return lax.fori_loop(0, size, run_step, carry)

    def run_block(block: Any, carry: Any) -> Any:
        all_states, histories, all_combined = carry
        states = _get(all_states, block)
        carry = (states, _set_each(histories, states, block * (length + 1)), all_combined)
        chunks = _chunks(inputs, weights, ends, block)
        states, *stored = over_chunks(partial(run_chunk, block), chunks, carry)
        return _set_each(all_states, states, block), *stored

    last_states, histories, all_combined = _over_blocks(run_block, blocks, (states, histories, all_combined))
    outputs = histories[0].reshape(blocks, length + 1, *histories[0].shape[1:])[:, 1:]
    return (outputs, last_states), (histories, all_combined)


def _backward(cell: CellFunctions, saved: Any, gradients: Any) -> tuple[Any, ...]:
    """Return the gradients of inputs, weights and states, by the formulas above; mask and ends have none."""
    inputs, weights, mask, ends, histories, all_combined = saved
    output_gradients, last_state_gradients = gradients
    blocks, length, rows, _ = inputs.shape
    flat_inputs, flat_mask, flat_output_gradients = map(_flatten, (inputs, mask, output_gradients))
    kernel, recurrent_kernel = weights.kernel, weights.recurrent_kernel
    transposed_kernel, transposed_recurrent = kernel.T, recurrent_kernel.T
    projection = jax.ShapeDtypeStruct((rows, kernel.shape[1]), inputs.dtype)
    transposed_combine = jax.linear_transpose(cell.combine, projection, projection)

    def run_chunk(block: Any, start: Any, size: int, carry: Any) -> Any:
        state_gradients, weight_gradients, input_gradients = carry
        at = block * length + start
        states_before = _slice(histories, at + block, size)
        stored = _slice(all_combined, at, size), states_before, _slice(flat_mask, at, size)
        derivatives = jax.vmap(partial(_update_derivative, cell))(*stored)  # of all steps at once

        def run_step(state_gradients: Any, step: Any) -> Any:
            derivative, output_gradient = step
            first, *others = state_gradients
            d_combined, (d_hidden, *d_others) = derivative((first + output_gradient, *others))
            _, d_recurrent = transposed_combine(d_combined)
            return (d_hidden + d_recurrent @ transposed_recurrent, *d_others), d_combined

        steps = (derivatives, _slice(flat_output_gradients, at, size))
        state_gradients, d_combined = lax.scan(run_step, state_gradients, steps, reverse=True)
        d_projected, d_recurrent = jax.vmap(transposed_combine)(d_combined)
        of_chunk = RecurrentWeights(
            *_projection_gradients(_slice(flat_inputs, at, size), d_projected),
            *_projection_gradients(states_before[0], d_recurrent),
        )
        weight_gradients = jax.tree.map(jnp.add, weight_gradients, of_chunk)
        d_inputs = d_projected @ transposed_kernel
        input_gradients = lax.dynamic_update_slice_in_dim(input_gradients, d_inputs, at, 0)
        return state_gradients, weight_gradients, input_gradients

    def run_block(block: Any, carry: Any) -> Any:
        all_state_gradients, *others = carry
        carry = (_get(all_state_gradients, block), *others)
        chunks = _chunks(inputs, weights, ends, block)
        state_gradients, *others = over_chunks(partial(run_chunk, block), chunks, carry, reverse=True)
        return _set_each(all_state_gradients, state_gradients, block), *others

    like_weights = kernel, kernel[0], recurrent_kernel, recurrent_kernel[0]  # a bias may be None
    zeros = RecurrentWeights(*map(jnp.zeros_like, like_weights))
    carry = (tuple(last_state_gradients), zeros, jnp.zeros_like(flat_inputs))
    state_gradients, sums, input_gradients = _over_blocks(run_block, blocks, carry)
    pairs = zip(weights, sums, strict=True)
    weight_gradients = RecurrentWeights(*(None if weight is None else total for weight, total in pairs))
    return input_gradients.reshape(inputs.shape), weight_gradients, state_gradients, None, None


run_cell.defvjp(_forward, _backward)


def _masked_update(cell: CellFunctions, combined: Any, states: Any, mask: Any) -> tuple[Any, ...]:
    """Return the new states; the old ones in rows where the mask (B, 1) is false."""
    new_states = cell.update(combined, states)
    if mask is None:
        return new_states
    return tuple(jnp.where(mask, new, old) for new, old in zip(new_states, states, strict=True))


def _update_derivative(cell: CellFunctions, combined: Any, states: Any, mask: Any) -> Any:
    """Return a function: gradients of the new states -> gradients of (combined, states)."""
    return jax.vjp(partial(_masked_update, cell, mask=mask), combined, states)[1]


def _chunks(inputs: Any, weights: RecurrentWeights, ends: Any, block: Any) -> Chunks:
    """Return the chunks of a block: single steps where it has an end, for steps after it would cost more."""
    if ends is not None:
        return Chunks(1, _get(ends, block), 0)
    _, length, rows, _ = inputs.shape
    return divide(length, max(rows, 1) * weights.kernel.shape[1] * inputs.dtype.itemsize)


def _over_blocks(run_block: Callable[..., Any], blocks: int, carry: Any) -> Any:
    """Apply run_block(block, carry) to one block after the other."""
    return run_block(0, carry) if blocks == 1 else lax.fori_loop(0, blocks, run_block, carry)


def _project(x: Any, kernel: Any, bias: Any) -> Any:
    return x @ kernel if bias is None else x @ kernel + bias


def _projection_gradients(x: Any, gradient: Any) -> tuple[Any, Any]:
    """Return the gradients of kernel and bias of a projection of x (T, B, F) with gradient (T, B, Z)."""
    flat = gradient.reshape(-1, gradient.shape[-1])
    return x.reshape(-1, x.shape[-1]).T @ flat, flat.sum(0)


def _slice(arrays: Any, start: Any, size: int) -> Any:
    """Return `size` rows of an array, or of each of a tuple; None for None."""
    return jax.tree.map(lambda array: lax.dynamic_slice_in_dim(array, start, size, 0), arrays)


def _get(arrays: Any, index: Any) -> Any:
    """Return one row of an array, or of each of a tuple; None for None."""
    return jax.tree.map(lambda array: lax.dynamic_index_in_dim(array, index, 0, keepdims=False), arrays)


def _set(array: Any, value: Any, index: Any) -> Any:
    return lax.dynamic_update_index_in_dim(array, value, index, 0)


def _set_each(arrays: Any, values: Any, index: Any) -> Any:
    """Set values[n] in arrays[n] at the index; values without an array are dropped."""
    return tuple(_set(array, value, index) for array, value in zip(arrays, values, strict=False))


def _flatten(array: Any) -> Any:
    """(N, T, ...) -> (N * T, ...); None -> None."""
    return None if array is None else array.reshape(-1, *array.shape[2:])
