"""A model of Keras's layers becomes one of ours, and back, with its weights, in memory and in files."""

import os
import re
import subprocess
import sys

import numpy as np
import pytest

from support.large import large
from support.recurrent import BATCH, FEATURES, PAIRS, arrays, assert_same, numbers, shake
from turncast import layers as ours
from turncast.backend import keras
from turncast.layers.convert import from_keras, to_keras

X = numbers(BATCH, 5, FEATURES)
COUNTERPARTS = ["Bidirectional", "GRU", "LSTM", "RepeatVector", "SimpleRNN", "TimeDistributed"]


def sequential(of=keras.layers):
    return keras.Sequential(
        [
            keras.Input((5, FEATURES)),
            of.GRU(4, return_sequences=True, go_backwards=True, activation="relu"),
            of.Bidirectional(of.SimpleRNN(3, return_sequences=True), merge_mode="sum"),
            of.LSTM(4),
            of.RepeatVector(6),
            of.TimeDistributed(keras.layers.Dense(2)),
        ]
    )


def nested(of=keras.layers):
    """A model in a wrapper in a model: words (B, 5, 6, F) to a vector a turn, to answers; with a mask."""
    words = keras.Input((6, FEATURES))
    turn = keras.Model(words, of.LSTM(4, name="over_words")(words), name="turn")
    inputs, mask = keras.Input((5, 6, FEATURES)), keras.Input((5,), dtype="bool")
    turns = of.TimeDistributed(turn, name="turns")(inputs)
    memory, state = of.GRU(3, return_sequences=True, return_state=True)(turns, mask=mask)
    shared = keras.layers.Dense(2)
    return keras.Model([inputs, mask], [shared(memory), shared(state)])


def of_kind(model, module):
    """The names of all layers from a module, wherever in the model they are."""
    kinds = {
        type(layer).__name__ for layer in model._flatten_layers() if type(layer).__module__.startswith(module)
    }
    return kinds & set(COUNTERPARTS)


MODELS = {
    "sequential": (sequential, [X]),
    "nested": (nested, [numbers(BATCH, 5, 6, FEATURES), np.arange(5) < np.array([[5], [3], [1], [0]])]),
}
BOTH = pytest.mark.parametrize(("make", "inputs"), MODELS.values(), ids=MODELS)
SAMPLED = pytest.mark.parametrize(
    ("make", "inputs"), [MODELS["sequential"], *large(MODELS["nested"])], ids=MODELS
)


def call(model, inputs):
    return model(inputs if len(inputs) > 1 else inputs[0])


@BOTH
def test_a_saved_keras_model_runs_with_our_layers(make, inputs, tmp_path):
    model = make()
    shake(model)
    model.save(tmp_path / "model.keras")
    converted = from_keras(keras.saving.load_model(tmp_path / "model.keras"))
    assert of_kind(converted, "turncast") == of_kind(model, "keras")
    assert not of_kind(converted, "keras")
    assert_same(call(converted, inputs), call(model, inputs))
    assert [layer.name for layer in converted.layers] == [layer.name for layer in model.layers]


@BOTH
def test_our_model_is_converted_to_keras(make, inputs):
    model = make(ours)
    shake(model)
    converted = to_keras(model)
    assert of_kind(converted, "keras") == of_kind(model, "turncast")
    assert not of_kind(converted, "turncast")
    assert_same(call(converted, inputs), call(model, inputs))


LOADER = """
import sys
import keras, numpy
inputs = numpy.load(sys.argv[2])
model = keras.saving.load_model(sys.argv[1])
outputs = model([inputs[name] for name in inputs] if len(inputs) > 1 else inputs["0"])
outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
numpy.savez(sys.argv[3], *map(keras.ops.convert_to_numpy, outputs))
assert not any(name.startswith("turncast") for name in sys.modules)
"""


@SAMPLED
def test_a_converted_model_loads_without_turncast(make, inputs, tmp_path):
    model = make(ours)
    shake(model)
    to_keras(model).save(tmp_path / "model.keras")
    np.savez(tmp_path / "in.npz", **{str(number): array for number, array in enumerate(inputs)})
    files = [str(tmp_path / name) for name in ("model.keras", "in.npz", "out.npz")]
    subprocess.run([sys.executable, "-c", LOADER, *files], check=True, env=dict(os.environ))
    with np.load(tmp_path / "out.npz") as loaded:
        assert_same([loaded[name] for name in loaded], arrays(call(model, inputs)))


@pytest.mark.parametrize("back", [False, True], ids=["theirs to ours", "ours to theirs"])
@BOTH
def test_files_of_weights_are_read_by_both(make, inputs, back, tmp_path):
    writer, reader = (make(ours), make()) if back else (make(), make(ours))
    shake(writer)
    writer.save_weights(tmp_path / "model.weights.h5")
    reader.load_weights(tmp_path / "model.weights.h5")
    assert_same(call(reader, inputs), call(writer, inputs))


@pytest.mark.parametrize("name", PAIRS)
def test_one_layer_is_enough(name):
    kind, stock = PAIRS[name]
    layer = stock(4, dropout=0.5, seed=3)
    layer(X)
    converted = from_keras(layer)
    assert type(converted) is kind
    assert converted.get_config() == layer.get_config()
    assert_same(converted(X), layer(X))


def test_a_converted_model_trains_after_compiling_again():
    model = sequential()
    model.compile("adam", "mse")
    converted = from_keras(model)
    assert not converted.compiled
    converted.compile("adam", "mse")
    converted.fit(X, numbers(BATCH, 6, 2), verbose=0)


@pytest.mark.quick
def test_the_model_that_came_is_not_changed():
    model = sequential()
    before = [arrays(weight)[0] for weight in model.weights]
    converted = from_keras(model)
    shake(converted)
    assert_same(list(model.weights), before, atol=0)
    assert not of_kind(model, "turncast")


class Subclassed(keras.Model):
    """A model that creates its layers in its own code."""


def test_a_subclass_of_model_is_refused():
    message = (
        "from_keras got a Subclassed, a subclass of keras.Model: expected a functional or Sequential model; "
        "name the layers in its class instead, and exchange `.weights.h5` files"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        from_keras(Subclassed())


def test_a_layer_that_keras_does_not_have_is_refused():
    model = keras.Sequential([keras.Input((None,), dtype="int32"), ours.MultiHot(6, name="bits")])
    message = (
        "to_keras cannot convert the layer 'bits': Keras has no MultiHot; "
        f"expected one of {', '.join(COUNTERPARTS)}"
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        to_keras(model)


def test_training_the_new_model_leaves_the_old_one_whole():
    inputs = keras.Input((None, 3))
    old = keras.Model(inputs, keras.layers.LSTM(4)(inputs))
    x = np.ones((2, 5, 3), np.float32)
    before, new = old.predict(x, verbose=0), from_keras(old)
    new.compile("sgd", "mse")
    new.fit(x, np.zeros((2, 4), np.float32), epochs=1, verbose=0)
    np.testing.assert_array_equal(old.predict(x, verbose=0), before)
    assert not np.array_equal(new.predict(x, verbose=0), before)
