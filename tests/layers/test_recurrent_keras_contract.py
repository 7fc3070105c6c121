"""Our recurrent layers as Keras layers: arguments, weights, files, dropout, stored state and refusals."""

import inspect
import json
import re

import numpy as np
import pytest

from support.large import large
from support.recurrent import BATCH, FEATURES, PAIRS, UNITS, arrays, assert_same, masks, numbers, pair, shake
from turncast.backend import keras

NAMES = pytest.mark.parametrize("name", PAIRS)
X = numbers(BATCH, 5, FEATURES)


@pytest.mark.quick
@NAMES
def test_its_arguments_are_keras_s(name):
    ours, stock = PAIRS[name]
    assert inspect.signature(ours) == inspect.signature(stock)


@NAMES
def test_its_weights_have_keras_s_names_order_and_shapes(name):
    ours, stock = pair(name)
    assert [(w.name, w.shape) for w in ours.weights] == [(w.name, w.shape) for w in stock.weights]


@NAMES
def test_it_is_restored_from_its_config(name):
    kind, stock = PAIRS[name]
    layer = kind(UNITS, activation="relu", return_sequences=True, dropout=0.3, seed=7, name="memory")
    config = json.loads(json.dumps(layer.get_config()))
    assert kind.from_config(config).get_config() == layer.get_config()
    assert config.keys() == stock(UNITS).get_config().keys()
    assert keras.saving.get_registered_name(kind) == f"turncast>{kind.__name__}"


def model_of(name, length=None, **arguments):
    inputs = keras.Input((length, FEATURES))
    hidden = PAIRS[name][0](UNITS, return_sequences=True, **arguments)(inputs)
    return keras.Model(inputs, keras.layers.Dense(2)(hidden))


@NAMES
def test_a_saved_model_is_restored(name, tmp_path):
    model = model_of(name)
    shake(model)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert type(again.layers[1]) is PAIRS[name][0]
    assert_same(again(X), model(X), atol=0)


@pytest.mark.parametrize("length", [None, 5])
@NAMES
def test_it_is_trained_in_a_functional_model(name, length):
    model = model_of(name, length)
    assert model.output_shape == (None, length, 2)
    assert model(X).shape == (BATCH, 5, 2)
    model.compile("sgd", "mse")
    y = numbers(BATCH, 5, 2, seed=5)
    losses = model.fit(X, y, epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]


@NAMES
def test_losses_of_regularizers_are_kept(name):
    ours, stock = pair(name, kernel_regularizer="l2", activity_regularizer="l1", return_sequences=True)
    for layer in (ours, stock):
        layer(X)
    assert len(ours.losses) == 2
    if name != "simple_rnn":  # Keras's SimpleRNN forgets its activity regularizer
        assert_same(list(ours.losses), list(stock.losses), atol=1e-5)


@NAMES
@pytest.mark.parametrize(
    "options",
    [
        {"dropout": 0.3, "recurrent_dropout": 0.3},
        {"dropout": 1.0},
        *large(
            {"dropout": 0.5},
            {"dropout": 0.5, "use_bias": False, "go_backwards": True},
            {"recurrent_dropout": 0.5},
            # Keras's own fails where it may look for cuDNN.
            {"dropout": 0.5, "implementation": 1, "use_cudnn": False},
        ),
    ],
    ids=str,
)
def test_the_same_seed_drops_the_units_that_keras_drops(name, options):
    if name == "simple_rnn":
        options = {key: value for key, value in options.items() if key not in ("implementation", "use_cudnn")}
    ours, stock = pair(name, return_sequences=True, seed=11, **options)
    assert_same(ours(X, training=True, mask=masks(5)), stock(X, training=True, mask=masks(5)))
    assert_same(ours(X, training=True), stock(X, training=True))
    assert_same(ours(X), stock(X))


@NAMES
def test_the_same_inputs_are_dropped_at_each_step(name):
    """With one feature, a dialogue's inputs are dropped at all of its steps, or doubled at all of them."""
    ours, _ = pair(name, features=1, return_sequences=True, dropout=0.5, seed=11)
    x = numbers(32, 4, 1)
    outputs, none, doubled = (
        arrays(result)[0] for result in (ours(x, training=True), ours(0 * x), ours(2 * x))
    )
    dropped = np.array([np.allclose(*rows, atol=1e-5) for rows in zip(outputs, none, strict=True)])
    assert 0 < dropped.sum() < 32
    np.testing.assert_allclose(outputs, np.where(dropped[:, None, None], none, doubled), atol=1e-5)


@NAMES
def test_two_halves_with_stored_state_are_the_whole(name):
    stateful, _ = pair(name, return_sequences=True, return_state=True)
    stateful_layer = type(stateful)(UNITS, return_sequences=True, stateful=True)
    x = numbers(BATCH, 6, FEATURES)
    stateful_layer(x)
    for weight, value in zip(stateful_layer.trainable_weights, stateful.weights, strict=True):
        weight.assign(value)
    stateful_layer.reset_state()
    outputs, *states = stateful(x)
    halves = np.concatenate(
        [arrays(stateful_layer(x[:, :3]))[0], arrays(stateful_layer(x[:, 3:]))[0]], axis=1
    )
    np.testing.assert_allclose(halves, arrays(outputs)[0], atol=2e-6)
    # Each dialogue of the batch has its state.
    assert_same([state.value for state in stateful_layer.states], states)
    stateful_layer.reset_state()
    assert_same(stateful_layer(x[:, :3]), halves[:, :3])


@NAMES
def test_a_batch_of_another_size_is_refused_where_state_is_stored(name):
    stateful_layer = PAIRS[name][0](UNITS, stateful=True)
    stateful_layer(X)
    with pytest.raises(ValueError, match=f"Expected batch size: {BATCH}"):
        stateful_layer(X[:2])


@NAMES
def test_half_precision_runs_and_is_near(name):
    ours, _ = pair(name, return_sequences=True, return_state=True)
    half = type(ours)(UNITS, return_sequences=True, return_state=True, dtype="mixed_bfloat16")
    half.build(X.shape)
    shake(half)
    results = half(X, mask=masks(5))
    assert {keras.backend.standardize_dtype(result.dtype) for result in results} == {"bfloat16"}
    for one, other in zip(results, ours(X, mask=masks(5)), strict=True):
        np.testing.assert_allclose(arrays(one)[0].astype(np.float32), arrays(other)[0], atol=0.05)


@NAMES
def test_an_empty_sequence_is_refused(name):
    kind = PAIRS[name][0]
    with pytest.raises(ValueError, match="without any step") as caught:
        kind(UNITS)(np.zeros((4, 0, 3), np.float32))
    message = "got an input of shape (4, 0, 3), without any step: expected (B, T, F) with T of at least 1"
    assert f"{kind.__name__} {message}" in str(caught.value)


@NAMES
def test_nan_is_refused(name):
    kind, x = PAIRS[name][0], X.copy()
    x[2, 1, 0] = np.nan
    with pytest.raises(ValueError, match="got NaN") as caught:
        kind(UNITS)(x)
    assert str(caught.value) == (
        f"{kind.__name__} got NaN in its input of shape (4, 5, 3), first at [2, 1, 0]: every number must be "
        "finite; give padding any finite number, and exclude it by `mask`"
    )


@pytest.mark.parametrize("shape", [(4, 4), (3, 5), (4, 5, 1), (5,)], ids=str)
@NAMES
def test_a_mask_of_another_shape_is_refused(name, shape):
    kind = PAIRS[name][0]
    message = (
        f"{kind.__name__} got a mask of shape {shape} for an input of shape (4, 5, 3): "
        "expected (4, 5), a truth value for every step"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        kind(UNITS)(X, mask=np.ones(shape, bool))


@pytest.mark.parametrize("name", ["lstm", "gru"])
def test_cudnn_is_refused_as_keras_refuses_it(name):
    ours, stock = pair(name, use_cudnn=True)
    messages = []
    for layer in (ours, stock):
        with pytest.raises(ValueError, match="use_cudnn=True") as caught:
            layer(X, mask=masks(5))
        messages.append(str(caught.value).split("Arguments received")[0].splitlines()[-1])
    assert messages[0] == messages[1]


@pytest.mark.parametrize("given", ["symbolic", "single"])
@NAMES
def test_a_first_state_may_be_symbolic_or_stand_alone(name, given):
    ours, stock = pair(name)
    states = [numbers(BATCH, UNITS, seed=number) for number in range(len(ours.state_size))]
    if given == "single":
        if len(states) == 1:
            assert_same(ours(X, initial_state=states[0]), stock(X, initial_state=states[0]))
        return
    inputs = [keras.Input((None, FEATURES)), *(keras.Input((UNITS,)) for _ in states)]
    model = keras.Model(inputs, ours(inputs[0], initial_state=inputs[1:]))
    assert_same(model([X, *states]), stock(X, initial_state=states))
