"""The last real step of a sequence."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.layers.checks import check_mask


@keras.saving.register_keras_serializable("turncast")
class LastStep(keras.layers.Layer):  # type: ignore[misc]
    """Return the last step of each sequence whose mask is true; zeros where there is none.

    Input (B, T, F) and a mask (B, T); output (B, F). After any layer, it has the effect of
    `return_sequences=False` in a recurrent one.

    >>> x = np.arange(12, dtype="float32").reshape(2, 3, 2)
    >>> LastStep()(x, np.array([[True, True, False], [False, False, False]])).tolist()
    [[2.0, 3.0], [0.0, 0.0]]
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.supports_masking = True
        self.input_spec = keras.layers.InputSpec(ndim=3)

    def call(self, x: Any, mask: Any) -> Any:
        """Set all steps but the last real one to zero, and sum over time."""
        check_mask("LastStep", mask, x.shape)
        real = ops.cast(ops.cast(mask, "bool"), "int32")
        # The number of real steps from each step to the end: 1 at the last real one.
        remaining = ops.flip(ops.cumsum(ops.flip(real, axis=1), axis=1), axis=1)
        last = ops.expand_dims(ops.logical_and(real > 0, ops.equal(remaining, 1)), -1)
        return ops.sum(ops.where(last, x, ops.zeros_like(x)), axis=1)

    def compute_mask(self, x: Any, previous_mask: Any = None) -> None:
        """Return None: the output has no time axis."""

    def compute_output_spec(self, x: Any, mask: Any) -> Any:  # noqa: ARG002
        """Return the shape and type of one step."""
        return keras.KerasTensor((x.shape[0], *x.shape[2:]), dtype=self.compute_dtype)
