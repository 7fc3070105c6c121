"""Run a recurrent cell over many short sequences of different lengths in JAX, without computing the padding.

The words of all turns are such sequences: hundreds of rows, each of a few words, many of none. The rows are
sorted by length and cut into blocks of `ROWS`, so that rows of a block have about the same length. Each block
runs only to the end of its longest row. Then the outputs are put back into the order of the input
(decision 8).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from turncast.layers.jax_recurrence import CellFunctions, RecurrentWeights, run_cell

# Rows per block. Of 64, 128 and 256, at 12 words per row, 256 was the quickest on 4 cores; on one core they
# took the same time.
ROWS = 256


def run_cell_in_blocks(
    cell: CellFunctions, inputs: Any, weights: RecurrentWeights, states: tuple[Any, ...], mask: Any
) -> tuple[Any, tuple[Any, ...]]:
    """Run a recurrent cell over time, as `jax_recurrence.run_cell` does, a block of rows at a time.

    Args:
        cell: the cell's functions.
        inputs: (B, T, F).
        weights: the cell's weights.
        states: the states before the first step, each (B, H).
        mask: (B, T), false where a step leaves the states as they were.

    Returns:
        The outputs (B, T, H) and the states after the last step, each (B, H).
    """
    rows, length = mask.shape
    blocks = -(-rows // ROWS)
    lengths = jnp.max(jnp.where(mask, jnp.arange(1, length + 1), 0), 1)
    # The first block is filled up with an index out of range: rows of zeros, all masked.
    order = jnp.concatenate([jnp.full(-rows % blocks, rows), jnp.argsort(lengths)])
    inverse = jnp.argsort(order[-rows:]) + (-rows % blocks)

    def to_blocks(array: Any) -> Any:
        ordered = _take_rows(array, order, inverse)
        return ordered.reshape(blocks, -1, *ordered.shape[1:])

    def from_blocks(array: Any) -> Any:
        return _take_rows(array.reshape(-1, *array.shape[2:]), inverse, order)

    ordered_mask = jnp.take(mask, order, axis=0, mode="fill", fill_value=False).reshape(blocks, -1, length)
    ends = jnp.take(lengths, order, mode="fill", fill_value=0).reshape(blocks, -1).max(1)
    outputs, last_states = run_cell(
        cell,
        jnp.swapaxes(to_blocks(inputs), 1, 2),
        weights,
        tuple(map(to_blocks, states)),
        jnp.swapaxes(ordered_mask, 1, 2)[..., None],
        ends,
    )
    # After the end, the outputs repeat the last one, as those of a masked step do.
    is_computed = jnp.arange(length)[:, None, None] < ends[:, None, None, None]
    outputs = jnp.where(is_computed, outputs, last_states[0][:, None])
    return from_blocks(jnp.swapaxes(outputs, 1, 2)), tuple(map(from_blocks, last_states))


@jax.custom_vjp  # type: ignore[untyped-decorator]
def _take_rows(array: Any, index: Any, inverse: Any) -> Any:  # noqa: ARG001
    """Return the rows in another order.

    Its gradient takes rows by the inverse order. JAX's own gradient of `take` adds up rows (a scatter), which
    is slow on CPUs, and not needed where each row is taken once.
    """
    return jnp.take(array, index, axis=0, mode="fill", fill_value=0)


_take_rows.defvjp(
    lambda array, index, inverse: (_take_rows(array, index, inverse), (index, inverse)),
    lambda saved, gradient: (_take_rows(gradient, saved[1], saved[0]), None, None),
)
