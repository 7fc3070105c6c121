"""The gated recurrent unit (GRU)."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras
from turncast.layers.recurrent import Recurrent


@keras.saving.register_keras_serializable("turncast")
class GRU(Recurrent, keras.layers.GRU):  # type: ignore[misc]
    """Keras's GRU with the same arguments, weights and results, quicker on JAX and torch.

    Input (B, T, F); output (B, H), or (B, T, H) with `return_sequences=True`; with `return_state=True` also
    the state after the last step, (B, H). With `reset_after=False` Keras's own loop over time runs.

    >>> GRU(4, return_sequences=True)(np.ones((2, 5, 3), "float32")).shape
    (2, 5, 4)
    """

    def _jax_cell(self) -> Any:
        from turncast.layers.jax_cells import gru_cell

        return gru_cell(self.activation, self.recurrent_activation) if self.reset_after else None

    def _biases(self) -> tuple[Any, Any]:
        bias = self.cell.bias
        return (None, None) if bias is None else (bias[0], bias[1])
