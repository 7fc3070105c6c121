"""A recurrent layer that runs in both directions of time."""

from __future__ import annotations

from typing import Any

from turncast.backend import keras
from turncast.layers.checks import check_mask, refuse_nan


@keras.saving.register_keras_serializable("turncast")
class Bidirectional(keras.layers.Bidirectional):  # type: ignore[misc]
    """Keras's Bidirectional with the same arguments, weights and results.

    It runs a recurrent layer forwards, and a copy of it backwards, and merges their outputs (`merge_mode`:
    concat, sum, mul, ave, or None for both). Its output depends on later steps. So a policy, which answers at
    each turn before the next is known, cannot use it over turns, only over the words of a turn.

    >>> from turncast.layers.lstm import LSTM
    >>> Bidirectional(LSTM(4, return_sequences=True))(np.ones((2, 5, 3), "float32")).shape
    (2, 5, 8)
    """

    def __call__(self, sequences: Any, *args: Any, **kwargs: Any) -> Any:
        """Check arrays that come straight from NumPy for NaN, then call the layer."""
        refuse_nan("Bidirectional", sequences)
        return super().__call__(sequences, *args, **kwargs)

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: Any = None) -> Any:
        """Run over time in both directions; `mask` is (B, T)."""
        check_mask("Bidirectional", mask, sequences.shape)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)
