"""Our Bidirectional gives what Keras's gives, with our layers inside."""

import json
import re

import numpy as np
import pytest

from support.large import large
from support.recurrent import (
    BATCH,
    FEATURES,
    PAIRS,
    UNITS,
    assert_same,
    gradients,
    masks,
    numbers,
    run,
    shake,
)
from turncast.backend import keras
from turncast.layers import LSTM, Bidirectional

NAMES = pytest.mark.parametrize("name", PAIRS)
X = numbers(BATCH, 5, FEATURES)


def both(name, merge_mode="concat", other=None, **arguments):
    """Ours around ours and Keras's around Keras's, with the same weights."""
    layers = []
    for kind, wrapper in zip(PAIRS[name], (Bidirectional, keras.layers.Bidirectional), strict=True):
        backward = kind(UNITS, go_backwards=True, **arguments, **other) if other is not None else None
        layer = wrapper(kind(UNITS, **arguments), merge_mode=merge_mode, backward_layer=backward)
        layer.build((BATCH, None, FEATURES))
        shake(layer)
        layers.append(layer)
    return layers


@pytest.mark.parametrize(
    ("merge_mode", "sequences"),
    [("concat", True), ("mul", False), *large(("concat", False), ("sum", True), ("ave", True), (None, True))],
)
@NAMES
def test_outputs_equal_keras(name, merge_mode, sequences):
    ours, stock = both(name, merge_mode, return_sequences=sequences)
    assert_same(run(ours, X), run(stock, X))
    assert_same(run(ours, X, mask=masks(5)), run(stock, X, mask=masks(5)))


@NAMES
def test_states_come_and_go_as_in_keras(name):
    ours, stock = both(name, return_sequences=True, return_state=True)
    count = 2 * len(ours.forward_layer.state_size)
    states = [numbers(BATCH, UNITS, seed=number) for number in range(count)]
    results = run(ours, X, initial_state=states, mask=masks(5))
    assert_same(results, run(stock, X, initial_state=states, mask=masks(5)))
    assert len(results) == 1 + count


@NAMES
def test_every_gradient_is_autodiff_s(name):
    ours, stock = both(name, return_sequences=True, return_state=True)
    states = [numbers(BATCH, UNITS, seed=n) for n in range(2 * len(ours.forward_layer.state_size))]
    pairs = [gradients(layer, X, states, masks(5)) for layer in (ours, stock)]
    for one, other in zip(*pairs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@NAMES
def test_the_layer_for_the_way_back_may_be_given(name):
    ours, stock = both(name, other={"activation": "relu"}, return_sequences=True)
    assert ours.backward_layer.activation is keras.activations.relu
    assert_same(run(ours, X), run(stock, X))


@pytest.mark.quick
@NAMES
def test_both_directions_are_our_layers_and_restored_from_config(name):
    ours, stock = both(name, return_sequences=True)
    again = Bidirectional.from_config(json.loads(json.dumps(ours.get_config())))
    for layer in (ours, again):
        assert {type(layer.forward_layer), type(layer.backward_layer)} == {PAIRS[name][0]}
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, w.shape) for w in stock.weights]


def test_a_saved_model_is_restored(tmp_path):
    inputs = keras.Input((None, FEATURES))
    model = keras.Model(inputs, Bidirectional(LSTM(UNITS, return_sequences=True))(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.layers[1]) is Bidirectional
    assert_same(again(X), model(X), atol=0)


def test_a_mask_of_another_shape_is_refused():
    message = (
        "Bidirectional got a mask of shape (4, 4) for an input of shape (4, 5, 3): "
        "expected (4, 5), a truth value for every step"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        Bidirectional(LSTM(UNITS))(X, mask=np.ones((4, 4), bool))


def test_nan_is_refused():
    with pytest.raises(ValueError, match=r"^Bidirectional got NaN in its input of shape \(4, 5, 3\)"):
        Bidirectional(LSTM(UNITS))(np.full_like(X, np.nan))
