"""One vector, repeated over time."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras, ops


@keras.saving.register_keras_serializable("turncast")
class RepeatVector(keras.layers.RepeatVector):  # type: ignore[misc]
    """Keras's RepeatVector, which can also repeat once per step of another sequence.

    Input (B, F); output (B, n, F), or (B, T, F) where the call gets a sequence `like` of T steps.

    Args:
        n: how often to repeat; None to take it from `like`.

    >>> RepeatVector(3)(np.ones((2, 4), "float32")).shape
    (2, 3, 4)
    >>> RepeatVector()(np.ones((2, 4), "float32"), np.ones((2, 5, 1))).shape
    (2, 5, 4)
    """

    def __init__(self, n: int | None = None, **kwargs: Any) -> None:
        super().__init__(1 if n is None else n, **kwargs)
        self.n = n

    def call(self, inputs: Any, like: Any = None) -> Any:
        """Repeat `inputs` (B, F) n times, or once per step of `like` (B, T, ...)."""
        self._check(like)
        if self.n is not None:
            return super().call(inputs)
        return ops.repeat(ops.expand_dims(inputs, 1), ops.shape(like)[1], axis=1)

    def compute_output_spec(self, inputs: Any, like: Any = None) -> Any:
        """Return the shape and type of the sequence."""
        self._check(like)
        length = self.n if self.n is not None else like.shape[1]
        return keras.KerasTensor((inputs.shape[0], length, *inputs.shape[1:]), dtype=self.compute_dtype)

    def _check(self, like: Any) -> None:
        if (self.n is None) == (like is None):
            got = "neither n nor a sequence" if self.n is None else f"both n={self.n} and a sequence"
            raise ValueError(f"RepeatVector got {got}: expected one of them, for the number of steps")
