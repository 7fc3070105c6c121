"""Long short-term memory (LSTM)."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras
from turncast.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable("turncast")
class LSTM(Recurrent, keras.layers.LSTM):  # type: ignore[misc]
    """Keras's LSTM with the same arguments, weights and results, quicker on JAX and torch.

    Input (B, T, F); output (B, H), the last, or with `return_sequences=True` one at every step, (B, T, H);
    with `return_state=True` also the output and the memory after the last step, (B, H) each. A `mask` (B, T)
    of any pattern is passed to the call.

    >>> x = np.ones((2, 5, 3), "float32")
    >>> LSTM(4)(x).shape, LSTM(4, return_sequences=True)(x).shape
    ((2, 4), (2, 5, 4))
    >>> [part.shape for part in LSTM(4, return_state=True)(x)]
    [(2, 4), (2, 4), (2, 4)]
    """

    def _jax_cell(self) -> Any:
        from turncast.layers.jax_cells import lstm_cell

        return lstm_cell(self.activation, self.recurrent_activation)
