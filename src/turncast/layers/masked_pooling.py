"""The mean or the maximum over the real steps of a sequence."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops
from turncast.layers.checks import check_mask


@keras.saving.register_keras_serializable("turncast")
class MaskedPooling(keras.layers.Layer):  # type: ignore[misc]
    """Return the mean or the maximum over the steps whose mask is true; zeros where none is.

    Input (B, T, F) and a mask (B, T); output (B, F).

    Args:
        mode: `mean` or `max`.

    >>> x, mask = np.array([[[1.0], [3.0], [9.0]]], "float32"), np.array([[True, True, False]])
    >>> MaskedPooling("mean")(x, mask=mask).tolist(), MaskedPooling("max")(x, mask=mask).tolist()
    ([[2.0]], [[3.0]])
    """

    def __init__(self, mode: str = "mean", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        if mode not in ("mean", "max"):
            raise ValueError(f"MaskedPooling got mode {mode!r}: expected 'mean' or 'max'")
        self.mode = mode
        self.supports_masking = True
        self.input_spec = keras.layers.InputSpec(ndim=3)

    def call(self, x: Any, mask: Any = None) -> Any:
        """Pool the real steps; all of them without a mask."""
        check_mask("MaskedPooling", mask, x.shape)
        real = ops.ones(ops.shape(x)[:2], "bool") if mask is None else ops.cast(mask, "bool")
        real = ops.expand_dims(real, -1)
        if 0 in x.shape[:2]:  # torch has no maximum of an empty axis
            return ops.sum(x, axis=1)
        if self.mode == "mean":
            weights = ops.cast(real, x.dtype)
            return ops.sum(ops.where(real, x, ops.zeros_like(x)), axis=1) / ops.maximum(
                ops.sum(weights, axis=1), 1
            )
        # Lower than any real value, but finite: the gradient of an infinity would be NaN.
        lowest = -6e4 if keras.backend.standardize_dtype(x.dtype) == "float16" else -1e9
        maximum = ops.max(ops.where(real, x, ops.full_like(x, lowest)), axis=1, initial=lowest)
        return ops.where(ops.any(real, axis=1), maximum, ops.zeros_like(maximum))

    def compute_output_spec(self, x: Any, mask: Any = None) -> Any:  # noqa: ARG002
        """Return the shape and type of one step."""
        return keras.KerasTensor(self.compute_output_shape(x.shape), dtype=self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape without time."""
        return (input_shape[0], *input_shape[2:])

    def compute_mask(self, x: Any, previous_mask: Any = None) -> None:
        """Return None: the output has no time axis."""

    def get_config(self) -> dict[str, Any]:
        """Return the layer's arguments."""
        return {**super().get_config(), "mode": self.mode}
