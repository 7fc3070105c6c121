"""What our recurrent layers share: they check what comes, and take the quickest loop over time."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.layers.checks import check_mask, refuse_nan


class Recurrent(keras.layers.RNN):  # type: ignore[misc]
    """Stands before a Keras recurrent layer, and takes over its loop over time where it has a quicker one.

    On JAX that is `jax_recurrence`, on torch the fused kernels of `torch_recurrence`; everything else
    (TensorFlow, `unroll`, recurrent dropout in training, a case that they do not know) is Keras's own loop.
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
            training: whether dropout is at work.

        Raises:
            ValueError: where there is no step, or the mask has another shape.
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
            nothing = ops.zeros((0, sequences.shape[1], self.units), dtype=self.compute_dtype)
            return nothing[:, -1], nothing, list(states)
        if self._quick(training):
            inputs = sequences
            if training and self.dropout:
                inputs = sequences * ops.expand_dims(self.cell.get_dropout_mask(sequences[:, 0, :]), 1)
            found = self._run(inputs, states, mask)
            if found is not None:
                return found
        return super().inner_loop(sequences, initial_state, mask, training=training)

    def _quick(self, training: bool) -> bool:
        """Whether one dropout mask serves all gates, and nobody asked for Keras's or cuDNN's own loop."""
        at_work = training and (self.recurrent_dropout or (self.dropout and self.cell.implementation == 1))
        # A rate of 1 drops nothing in Keras's LSTM and GRU, and all in its SimpleRNN.
        everything = training and self.dropout == 1
        return not (at_work or everything or self.unroll or getattr(self, "use_cudnn", None) is True)

    def _run(self, sequences: Any, states: tuple[Any, ...], mask: Any) -> Any:
        """Return what `inner_loop` returns, or None where no quicker core serves the case."""
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

        from turncast.layers.jax_blocks import ROWS, recur_in_blocks
        from turncast.layers.jax_recurrence import Weights, recur

        step = self._jax_step()
        # On an accelerator Keras has cuDNN, where no step is masked.
        if step is None or (mask is None and jax.default_backend() != "cpu"):
            return None
        bias, recurrent_bias = self._biases()
        weights = Weights(self.cell.kernel, bias, self.cell.recurrent_kernel, recurrent_bias)
        weights = jax.tree.map(lambda weight: jnp.asarray(weight, sequences.dtype), weights)
        if self.go_backwards:
            sequences, mask = jnp.flip(sequences, 1), None if mask is None else jnp.flip(mask, 1)
        mask = None if mask is None else jnp.asarray(mask, bool)
        if mask is not None and len(sequences) >= 2 * ROWS:
            outputs, new_states = recur_in_blocks(step, sequences, weights, states, mask)
        else:
            masks = None if mask is None else mask.T[None, ..., None]
            one = jax.tree.map(lambda state: state[None], states)
            outputs, new_states = recur(step, jnp.swapaxes(sequences, 0, 1)[None], weights, one, masks)
            outputs, new_states = jnp.swapaxes(outputs[0], 0, 1), tuple(state[0] for state in new_states)
        last = new_states[0]
        if mask is not None and self.zero_output_for_mask:
            outputs, last = jnp.where(mask[..., None], outputs, 0), jnp.where(mask[:, -1:], last, 0)
        return last, outputs, list(new_states)

    def _biases(self) -> tuple[Any, Any]:
        """Return the input's bias and the state's, each (Z,) or None."""
        return self.cell.bias, None

    def _jax_step(self) -> Any:
        """Return the cell's step, or None where the core cannot serve it."""
        raise NotImplementedError
