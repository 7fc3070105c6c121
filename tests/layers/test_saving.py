"""A model of all layers that Keras does not have is saved and loaded."""

import numpy as np
import pytest

from turncast.backend import keras
from turncast.layers import (
    BitDense,
    CausalTransformer,
    MaskedPooling,
    MultiHot,
    RepeatVector,
    TimeDistributed,
)
from turncast.layers.last_step import LastStep


@pytest.mark.quick
def test_layers_are_saved_and_loaded(tmp_path):
    bits = keras.Input((None, None), dtype="int32")
    mask = keras.Input((None,), dtype="bool")
    x = TimeDistributed(BitDense(8, 6))(bits)
    x = CausalTransformer(8, heads=2, seed=1)(x, mask=mask)
    pooled = [LastStep()(x, mask), MaskedPooling("max")(x, mask=mask)]
    model = keras.Model([bits, mask], [*pooled, RepeatVector()(pooled[0], x), MultiHot(6)(bits)])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = [np.array([[[0, 5], [6, 2], [1, 1]]]), np.array([[True, True, False]])]
    for one, other in zip(model.predict(inputs, verbose=0), again.predict(inputs, verbose=0), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
