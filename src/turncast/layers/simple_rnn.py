"""The simple recurrent layer."""

from __future__ import annotations

import inspect
from typing import Any

from turncast.backend import keras
from turncast.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable("turncast")
class SimpleRNN(Recurrent, keras.layers.SimpleRNN):  # type: ignore[misc]
    """Keras's SimpleRNN with the same arguments, weights and results, quicker on JAX and torch.

    Its `activity_regularizer` is applied; Keras's own layer (3.15) accepts and ignores it.

    Input (B, T, F); output (B, H), or (B, T, H) with `return_sequences=True`; with `return_state=True` also
    the state after the last step, (B, H).

    >>> SimpleRNN(4, return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
    (2, 5, 4)
    """

    __signature__ = inspect.signature(keras.layers.SimpleRNN)

    def __init__(self, *args: Any, activity_regularizer: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if activity_regularizer is not None:
            self.activity_regularizer = keras.regularizers.get(activity_regularizer)

    def _jax_cell(self) -> Any:
        from turncast.layers.jax_cells import simple_rnn_cell

        return simple_rnn_cell(self.activation)

    def _can_replace_loop(self, training: bool) -> bool:
        return not (self.unroll or (training and (self.recurrent_dropout or self.dropout == 1)))
