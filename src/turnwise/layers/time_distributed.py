"""One layer, applied to every step of a sequence."""

from __future__ import annotations

from typing import Any

from turnwise.backend import keras, ops


@keras.saving.register_keras_serializable("turnwise")
class TimeDistributed(keras.layers.Wrapper):  # type: ignore[misc]
    """Applies one layer, with one set of weights, to every time step independently.

    Input (B, T, ...), output (B, T, ...). Time is folded into the batch, so that the layer runs once on
    (B * T, ...): Keras's own layer of this name loops over the steps in Python, and takes longer to compile
    with each step.

    Args:
        layer: the layer to apply; it sees no time axis.

    >>> x = np.ones((2, 5, 3), "float32")
    >>> dense = keras.layers.Dense(4)
    >>> bool((TimeDistributed(dense)(x)[:, 2] == dense(x[:, 2])).all())
    True
    """

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Build the layer on one step's shape."""
        if len(input_shape) < 3:
            raise ValueError(
                f"TimeDistributed needs an input of shape (B, T, ...), and got {tuple(input_shape)}: "
                "put it behind a layer with return_sequences=True"
            )
        if not self.layer.built:
            self.layer.build(_step_shape(input_shape))
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Fold time into the batch, apply the layer, unfold."""
        shape = ops.shape(inputs)
        folded = ops.reshape(inputs, (shape[0] * shape[1], *inputs.shape[2:]))
        outputs = self.layer(folded, training=training) if self._takes_training else self.layer(folded)
        return ops.reshape(outputs, (*shape[:2], *outputs.shape[1:]))

    @property
    def _takes_training(self) -> bool:
        return bool(self.layer._call_has_training_arg)

    def compute_output_spec(self, inputs: Any, training: bool | None = None) -> Any:  # noqa: ARG002
        """Return the shape and type of the output for every step."""
        shape = self.compute_output_shape(inputs.shape)
        return keras.KerasTensor(shape, dtype=self.layer.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the layer's output shape with the time axis put back."""
        step = self.layer.compute_output_shape(_step_shape(input_shape))
        return (step[0], input_shape[1], *step[1:])


def _step_shape(input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
    return (input_shape[0], *input_shape[2:])
