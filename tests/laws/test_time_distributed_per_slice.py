"""Law 2: time-distributed means per slice, with masks, nested recurrent layers, dropout and added losses."""

import numpy as np
import pytest

from support.recurrent import arrays, build_and_run, numbers
from turncast.backend import keras, ops
from turncast.layers import GRU, LSTM, CausalTransformer, MaskedPooling, TimeDistributed

pytestmark = pytest.mark.quick

k = keras.layers
TURNS = 3


class Scaled(k.Layer):
    """Adds a loss, and returns its input."""

    def call(self, x):
        self.add_loss(ops.mean(x))
        return x


VECTORS, WORDS, IDS = numbers(2, TURNS, 5), numbers(2, TURNS, 4, 5), np.arange(24).reshape(2, TURNS, 4) % 7
TABLE = {
    "dense": (lambda: k.Dense(4, activation="tanh"), VECTORS),
    "norm": (k.LayerNormalization, VECTORS),
    "batch norm": (k.BatchNormalization, VECTORS),
    "dropout": (lambda: k.Dropout(0.5), VECTORS),
    "conv": (lambda: k.Conv1D(4, 3), WORDS),
    "keras lstm": (lambda: k.LSTM(3), WORDS),
    "lstm": (lambda: LSTM(3), WORDS),
    "gru sequences": (lambda: GRU(3, return_sequences=True), WORDS),
    "lstm states": (lambda: LSTM(3, return_state=True), WORDS),
    "flatten": (k.Flatten, WORDS),
    "pooling": (lambda: MaskedPooling("max"), WORDS),
    "transformer": (lambda: CausalTransformer(5, heads=1), WORDS),
    "nested": (lambda: TimeDistributed(k.Dense(4)), WORDS),
    "model": (lambda: keras.Sequential([keras.Input((4, 5)), LSTM(3), k.Dense(2)]), WORDS),
    "embedding": (lambda: k.Embedding(7, 3), IDS),
}


@pytest.mark.parametrize("name", TABLE)
def test_each_slice_is_the_layer_s_own(name):
    make, x = TABLE[name]
    layer = make()
    whole = build_and_run(TimeDistributed(layer), x)
    for turn in range(TURNS):
        for one, other in zip(whole, build_and_run(layer, x[:, turn]), strict=True):
            np.testing.assert_allclose(one[:, turn], other, atol=1e-5)


@pytest.mark.parametrize("make", [lambda: LSTM(3), lambda: k.LSTM(3), lambda: MaskedPooling("mean")])
def test_a_mask_of_the_parts_reaches_the_layer(make):
    layer, mask = make(), np.random.default_rng(3).random((2, TURNS, 4)) < 0.5
    mask[0, 1] = False
    (whole,) = build_and_run(TimeDistributed(layer), WORDS, mask=mask)
    for turn in range(TURNS):
        (slice_,) = build_and_run(layer, WORDS[:, turn], mask=mask[:, turn])
        np.testing.assert_allclose(whole[:, turn], slice_, atol=1e-5)


def test_a_mask_of_the_steps_makes_all_of_an_unreal_step_unreal():
    layer, mask = LSTM(3), np.array([[True, True, False], [False, True, False]])
    (whole,) = build_and_run(TimeDistributed(layer), WORDS, mask=mask)
    (without,) = build_and_run(TimeDistributed(layer), WORDS)
    np.testing.assert_allclose(whole[mask], without[mask], atol=1e-6)
    assert not whole[~mask].any()


def test_it_equals_dense_on_three_axes_to_the_bit():
    dense = k.Dense(4)
    wrapped, x = TimeDistributed(dense), numbers(3, 50, 5)
    np.testing.assert_array_equal(*arrays([wrapped(x), dense(x)]))
    assert wrapped.count_params() == 5 * 4 + 4
    assert wrapped(numbers(1, 2000, 5)).shape == (1, 2000, 4)
    assert wrapped.count_params() == 5 * 4 + 4


def test_any_number_of_steps_gives_as_many_outputs():
    """Also where the backend compiled for another number (TensorFlow cut them to the batch)."""
    inputs = keras.Input((None, 5))
    model = keras.Model(inputs, TimeDistributed(k.Dense(2))(inputs))
    for steps in (3, 11, 1):
        assert model.predict(numbers(4, steps, 5), verbose=0).shape == (4, steps, 2)


def test_losses_of_the_layer_are_kept_once():
    added = TimeDistributed(Scaled())
    added(np.ones((2, 3, 4), np.float32))
    assert [float(loss) for loss in added.losses] == [1.0]
    regular = TimeDistributed(k.Dense(2, activity_regularizer="l2", kernel_regularizer="l2"))
    regular(VECTORS)
    assert len(regular.losses) == 2


def test_dropout_differs_from_step_to_step_and_only_in_training():
    layer, x = TimeDistributed(k.Dropout(0.5, seed=3)), np.ones((2, 6, 40), np.float32)
    (dropped,) = arrays(layer(x, training=True))
    assert not np.array_equal(dropped[:, 0], dropped[:, 1])
    np.testing.assert_array_equal(arrays(layer(x, training=False))[0], x)
