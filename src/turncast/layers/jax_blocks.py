"""Many short sequences of different lengths in JAX: what is padded after their ends is not computed.

The words of all turns are such: hundreds of rows, each of a few words, and many of none. Sorted by length and
cut into blocks of rows, each block runs only to the end of its longest row.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from turncast.layers.jax_recurrence import Step, Weights, recur

# Rows a block. With 12 words a row, of 64, 128 and 256 the last was the quickest on 4 cores; on one, all the
# same.
ROWS = 256


def recur_in_blocks(
    step: Step, inputs: Any, weights: Weights, states: tuple[Any, ...], mask: Any
) -> tuple[Any, tuple[Any, ...]]:
    """Run a recurrent cell over time, as `jax_recurrence.recur` does, a block of rows at a time.

    Args:
        step: the cell.
        inputs: (B, T, F).
        weights: the cell's weights.
        states: what stands before the first step, each (B, H).
        mask: (B, T), false where a step leaves the states as they were.

    Returns:
        The outputs (B, T, H) and the states after the last step.
    """
    rows, length = mask.shape
    blocks = -(-rows // ROWS)
    lengths = jnp.max(jnp.where(mask, jnp.arange(1, length + 1), 0), 1)
    # What fills up the first block has an index out of range, and is masked.
    order = jnp.concatenate([jnp.full(-rows % blocks, rows), jnp.argsort(lengths)])
    back = jnp.argsort(order[-rows:]) + (-rows % blocks)

    def cut(array: Any) -> Any:
        found = _rows(array, order, back)
        return found.reshape(blocks, -1, *found.shape[1:])

    def join(array: Any) -> Any:
        return _rows(array.reshape(-1, *array.shape[2:]), back, order)

    sorted_mask = jnp.take(mask, order, axis=0, mode="fill", fill_value=False).reshape(blocks, -1, length)
    ends = jnp.take(lengths, order, mode="fill", fill_value=0).reshape(blocks, -1).max(1)
    outputs, last = recur(
        step,
        jnp.swapaxes(cut(inputs), 1, 2),
        weights,
        tuple(map(cut, states)),
        jnp.swapaxes(sorted_mask, 1, 2)[..., None],
        ends,
    )
    # After the end, the outputs repeat the last one.
    real = jnp.arange(length)[:, None, None] < ends[:, None, None, None]
    outputs = jnp.where(real, outputs, last[0][:, None])
    return join(jnp.swapaxes(outputs, 1, 2)), tuple(map(join, last))


@jax.custom_vjp  # type: ignore[untyped-decorator]
def _rows(array: Any, index: Any, back: Any) -> Any:  # noqa: ARG001
    """Return rows in another order; the gradient goes the way back, as rows that are read, not added to."""
    return jnp.take(array, index, axis=0, mode="fill", fill_value=0)


_rows.defvjp(
    lambda array, index, back: (_rows(array, index, back), (index, back)),
    lambda saved, gradient: (_rows(gradient, saved[1], saved[0]), None, None),
)
