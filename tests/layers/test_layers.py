"""Law 2 for the layers that there are: time-distributed means per slice; lists of indices are 0/1 vectors."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnwise.backend import keras, ops
from turnwise.layers import MultiHot, TimeDistributed


@pytest.mark.parametrize("turns", [1, 2, 7])
@pytest.mark.parametrize(
    "inner",
    [lambda: keras.layers.Dense(4, activation="tanh"), lambda: keras.layers.LSTM(3)],
    ids=["dense", "lstm"],
)
def test_each_slice_is_the_layer_s_own(inner, turns):
    generator = np.random.default_rng(1)
    layer = inner()
    shape = (2, turns, 5) if isinstance(layer, keras.layers.Dense) else (2, turns, 6, 5)
    x = generator.normal(size=shape).astype(np.float32)
    whole = np.asarray(TimeDistributed(layer)(x))
    for turn in range(turns):
        np.testing.assert_allclose(whole[:, turn], np.asarray(layer(x[:, turn])), atol=1e-6)


def test_it_equals_dense_on_three_axes_and_has_one_set_of_weights():
    dense = keras.layers.Dense(4)
    x = np.random.default_rng(2).normal(size=(3, 50, 5)).astype(np.float32)
    wrapped = TimeDistributed(dense)
    np.testing.assert_allclose(np.asarray(wrapped(x)), np.asarray(dense(x)), atol=1e-6)
    assert wrapped.count_params() == 5 * 4 + 4


def test_dropout_differs_from_step_to_step_and_only_in_training():
    layer = TimeDistributed(keras.layers.Dropout(0.5, seed=3))
    x = np.ones((2, 6, 40), np.float32)
    dropped = np.asarray(layer(x, training=True))
    assert not np.array_equal(dropped[:, 0], dropped[:, 1])
    np.testing.assert_array_equal(np.asarray(layer(x, training=False)), x)


def test_what_has_no_time_is_refused():
    with pytest.raises(ValueError, match=r"at least 3 dimensions, \(B, T, \.\.\.\), received: \(2, 5\)"):
        TimeDistributed(keras.layers.Dense(4))(np.ones((2, 5), np.float32))


def test_layers_come_back_from_their_config():
    inputs = keras.Input((None, None), dtype="int32")
    outputs = TimeDistributed(keras.layers.Dense(3))(MultiHot(6)(inputs))
    model = keras.Model(inputs, outputs)
    again = keras.Model.from_config(model.get_config())
    for weight, value in zip(again.weights, model.weights, strict=True):
        weight.assign(value.value)
    x = np.array([[[0, 5], [6, 6]]], np.int32)
    np.testing.assert_array_equal(np.asarray(model(x)), np.asarray(again(x)))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(0, 8), min_size=3, max_size=3), min_size=1, max_size=5))
def test_multi_hot_is_the_vector_of_the_indices(lists):
    bits = ops.convert_to_numpy(MultiHot(6)(np.array(lists, np.int32)))
    expected = [[float(index in indices) for index in range(6)] for indices in lists]
    np.testing.assert_array_equal(bits, np.array(expected, np.float32))
