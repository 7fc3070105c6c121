"""The common base of the recurrent layers: checks of the input, and the quickest loop over time."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.layers.checks import check_mask, refuse_nan


class Recurrent(keras.layers.RNN):  # type: ignore[misc]
    """A mixin before a Keras recurrent layer that replaces its loop over time by a quicker one.

    On JAX that is `jax_recurrence`, on torch the fused kernels of `torch_recurrence`. In all other cases
    (TensorFlow, `unroll`, recurrent dropout in training, a cell that they do not support) Keras's loop runs.
    """

    def __call__(self, sequences: Any, *args: Any, **kwargs: Any) -> Any:
        """Check arrays that come straight from NumPy for NaN, then call the layer."""
        refuse_nan(type(self).__name__, sequences)
        return super().__call__(sequences, *args, **kwargs)

    def call(
        self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False
    ) -> Any:
        """Run over time.

        Args:
            sequences: (B, T, F).
            initial_state: the state before the first step, each (B, H); zeros when not given.
            mask: (B, T), false where a step leaves the state as it was; any pattern.
            training: whether dropout is applied.

        Raises:
            ValueError: for an input without steps, or a mask of another shape.
        """
        if sequences.shape[1] == 0:
            raise ValueError(
                f"{type(self).__name__} got an input of shape {tuple(sequences.shape)}, without any step: "
                "expected (B, T, F) with T of at least 1"
            )
        check_mask(type(self).__name__, mask, sequences.shape)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        """Return the last output (B, H), all outputs (B, T, H) and the new states."""
        states = tuple(initial_state) if isinstance(initial_state, list | tuple) else (initial_state,)
        if sequences.shape[0] == 0:
            outputs = ops.zeros((0, sequences.shape[1], self.units), dtype=self.compute_dtype)
            return outputs[:, -1], outputs, list(states)
        if self._can_replace_loop(training):
            inputs = sequences
            if training and self.dropout:
                inputs = sequences * ops.expand_dims(self.cell.get_dropout_mask(sequences[:, 0, :]), 1)
            results = self._run(inputs, states, mask)
            if results is not None:
                return results
        return super().inner_loop(sequences, initial_state, mask, training=training)

    def _can_replace_loop(self, training: bool) -> bool:
        """Return whether all gates share one dropout mask, and neither `unroll` nor cuDNN is asked for."""
        per_gate = training and (self.recurrent_dropout or (self.dropout and self.cell.implementation == 1))
        # A rate of 1 drops nothing in Keras's LSTM and GRU, and everything in its SimpleRNN.
        drops_all = training and self.dropout == 1
        return not (per_gate or drops_all or self.unroll or getattr(self, "use_cudnn", None) is True)

    def _run(self, sequences: Any, states: tuple[Any, ...], mask: Any) -> Any:
        """Return what `inner_loop` returns, or None where there is no quicker loop for this layer."""
        backend = keras.backend.backend()
        sequences = ops.cast(sequences, self.compute_dtype)
        if backend == "jax":
            return self._run_jax(sequences, states, mask)
        if backend == "torch" and mask is None:
            from turncast.layers.torch_recurrence import run

            return run(self, sequences, states)
        return None

    def _run_jax(self, sequences: Any, states: tuple[Any, ...], mask: Any) -> Any:
        import jax
        import jax.numpy as jnp

        from turncast.layers.jax_blocks import ROWS, run_cell_in_blocks
        from turncast.layers.jax_recurrence import RecurrentWeights, run_cell

        cell = self._jax_cell()
        # On an accelerator, Keras uses cuDNN where no step is masked.
        if cell is None or (mask is None and jax.default_backend() != "cpu"):
            return None
        bias, recurrent_bias = self._biases()
        weights = RecurrentWeights(self.cell.kernel, bias, self.cell.recurrent_kernel, recurrent_bias)
        weights = jax.tree.map(lambda weight: jnp.asarray(weight, sequences.dtype), weights)
        if self.go_backwards:
            sequences, mask = jnp.flip(sequences, 1), None if mask is None else jnp.flip(mask, 1)
        mask = None if mask is None else jnp.asarray(mask, bool)
        if mask is not None and len(sequences) >= 2 * ROWS:
            outputs, new_states = run_cell_in_blocks(cell, sequences, weights, states, mask)
        else:
            masks = None if mask is None else mask.T[None, ..., None]
            block = jax.tree.map(lambda state: state[None], states)  # all rows are one block
            outputs, new_states = run_cell(cell, jnp.swapaxes(sequences, 0, 1)[None], weights, block, masks)
            outputs, new_states = jnp.swapaxes(outputs[0], 0, 1), tuple(state[0] for state in new_states)
        last = new_states[0]
        if mask is not None and self.zero_output_for_mask:
            outputs, last = jnp.where(mask[..., None], outputs, 0), jnp.where(mask[:, -1:], last, 0)
        return last, outputs, list(new_states)

    def _biases(self) -> tuple[Any, Any]:
        """Return the input's bias and the state's, each (Z,) or None."""
        return self.cell.bias, None

    def _jax_cell(self) -> Any:
        """Return the cell for `jax_recurrence`, or None where it does not support it."""
        raise NotImplementedError
