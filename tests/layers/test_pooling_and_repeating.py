"""MaskedPooling, LastStep and RepeatVector: values, padding, empty sequences, gradients and refusals."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from support.recurrent import BACKEND, arrays, assert_same, numbers, run
from turncast.backend import keras, ops
from turncast.layers import MaskedPooling, RepeatVector
from turncast.layers.last_step import LastStep

X = numbers(3, 4, 2)
MASK = np.array([[True, False, True, False], [False] * 4, [True] * 4])
POOLS = {
    "mean": lambda **arguments: MaskedPooling("mean", **arguments),
    "max": lambda **arguments: MaskedPooling("max", **arguments),
    "last": lambda **arguments: LastStep(**arguments),
}
EACH = pytest.mark.parametrize("make", POOLS.values(), ids=POOLS)


def apply(layer, x, mask):
    """Build a layer and call it; compiled on JAX, where that is quicker."""
    layer.build(x.shape)
    return run(layer, x, mask=mask)


def input_gradient(layer, x, mask):
    """Gradient of the sum of a layer's squared outputs for its input."""
    if BACKEND == "jax":
        import jax

        return arrays(jax.jit(jax.grad(lambda x: ops.sum(layer(x, mask) ** 2)))(ops.convert_to_tensor(x)))[0]
    if BACKEND == "torch":
        import torch

        leaf = torch.tensor(x, requires_grad=True)
        return arrays(list(torch.autograd.grad(ops.sum(layer(leaf, mask) ** 2), leaf)))[0]
    import tensorflow as tf

    leaf = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(leaf)
        loss = ops.sum(layer(leaf, mask) ** 2)
    return arrays(tape.gradient(loss, leaf))[0]


@examples(25)
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=2))
def test_pooling_and_the_last_step_read_real_steps(rows):
    x, mask = numbers(2, 4, 3), np.array(rows)
    mean, most, last = arrays(
        [MaskedPooling("mean")(x, mask=mask), MaskedPooling("max")(x, mask=mask), LastStep()(x, mask)]
    )
    for row in range(2):
        real = x[row][mask[row]]
        np.testing.assert_allclose(mean[row], real.mean(0) if len(real) else np.zeros(3), atol=1e-6)
        np.testing.assert_allclose(most[row], real.max(0) if len(real) else np.zeros(3), atol=1e-6)
        np.testing.assert_allclose(last[row], real[-1] if len(real) else np.zeros(3), atol=1e-6)


@pytest.mark.quick
def test_pooling_without_a_mask_takes_all():
    x = numbers(2, 4, 3)
    np.testing.assert_allclose(arrays(MaskedPooling("mean")(x))[0], x.mean(1), atol=1e-6)
    with pytest.raises(ValueError, match="got mode 'median': expected 'mean' or 'max'"):
        MaskedPooling("median")


def test_a_vector_is_repeated_as_often_as_asked():
    vector, like = numbers(2, 3), numbers(2, 5, 1)
    expected = np.repeat(vector[:, None], 5, axis=1)
    for result in (
        RepeatVector(5)(vector),
        keras.layers.RepeatVector(5)(vector),
        RepeatVector()(vector, like),
    ):
        np.testing.assert_array_equal(arrays(result)[0], expected)
    inputs = keras.Input((3,)), keras.Input((None, 1))
    model = keras.Model(inputs, RepeatVector()(*inputs))
    for steps in (2, 7):
        assert model.predict([vector, numbers(2, steps, 1)], verbose=0).shape == (2, steps, 3)
    for layer, arguments, message in (
        (RepeatVector(), (vector,), "got neither n nor a sequence: expected one of them"),
        (RepeatVector(3), (vector, like), "got both n=3 and a sequence: expected one of them"),
    ):
        with pytest.raises(ValueError, match=message):
            layer(*arguments)


@EACH
def test_gradients_are_finite_and_zero_at_padding(make):
    result = input_gradient(make(), X, MASK)
    assert np.isfinite(result).all()
    assert not result[~MASK].any()
    assert result[0].any()


@EACH
@pytest.mark.parametrize("padding", [np.nan, -3e38])
def test_values_in_padding_do_not_count(make, padding):
    x = np.where(MASK[..., None], X, padding).astype(np.float32)
    assert_same(apply(make(), x, MASK), apply(make(), X, MASK), atol=0)


@EACH
def test_no_steps_give_zeros(make):
    empty = np.zeros((3, 0, 2), np.float32), np.zeros((3, 0), bool)
    assert_same(apply(make(), *empty), np.zeros((3, 2)), atol=0)


@EACH
def test_they_compute_in_mixed_precision(make):
    result = make(dtype="mixed_float16")(X, MASK)
    assert keras.backend.standardize_dtype(result.dtype) == "float16"
    np.testing.assert_allclose(*arrays([ops.cast(result, "float32"), apply(make(), X, MASK)]), atol=0.02)


@EACH
@pytest.mark.parametrize("kind", ["float32", "int32"])
def test_a_mask_may_be_of_any_type(make, kind):
    assert_same(apply(make(), X, MASK.astype(kind)), apply(make(), X, MASK), atol=0)


@EACH
@pytest.mark.parametrize("shape", [(3, 1), (1, 4), (3, 4, 1), (4,)])
def test_a_mask_that_does_not_fit_is_refused(make, shape):
    message = f"got a mask of shape {shape} for an input of shape (3, 4, 2): expected (3, 4), a truth value"
    with pytest.raises(ValueError, match=re.escape(message)):
        make()(X, np.ones(shape, bool))


@EACH
def test_only_one_axis_of_time_is_taken(make):
    with pytest.raises(ValueError, match="expected ndim=3, found ndim=4"):
        make()(np.zeros((4, 4, 4, 2), np.float32), np.ones((4, 4), bool))


@EACH
def test_time_and_its_mask_are_gone_after_it(make, tmp_path):
    inputs, mask = keras.Input((None, 2)), keras.Input((None,), dtype="bool")
    model = keras.Model([inputs, mask], make(name="pool")(inputs, mask))
    model.save(tmp_path / "pool.keras")
    again = keras.saving.load_model(tmp_path / "pool.keras")
    for steps in (4, 2):
        given = [X[:, :steps], MASK[:, :steps]]
        assert_same(again.predict(given, verbose=0), apply(make(), *given), atol=1e-6)
    assert again.get_layer("pool").get_config() == model.get_layer("pool").get_config()
    assert make().compute_mask(X, MASK) is None


@pytest.mark.parametrize("n", [None, 3])
def test_repeat_vector_is_restored_from_its_config(n):
    layer = RepeatVector(n, name="repeated")
    assert layer.get_config()["n"] == n
    assert RepeatVector.from_config(layer.get_config()).get_config() == layer.get_config()


@pytest.mark.parametrize(
    ("n", "error", "message"),
    [
        (0, ValueError, "Argument `n` should be a positive integer. Received: n=0"),
        (2.5, TypeError, "Expected an integer value for `n`"),
    ],
)
def test_a_number_that_does_not_repeat_is_refused(n, error, message):
    with pytest.raises(error, match=re.escape(message)):
        RepeatVector(n)


def test_a_sequence_of_known_and_of_no_length_is_repeated_like():
    vector = X[:, 0]
    assert RepeatVector()(keras.Input((2,)), keras.Input((4, 1))).shape == (None, 4, 2)
    assert RepeatVector()(keras.Input((2,)), keras.Input((None, 1))).shape == (None, None, 2)
    assert RepeatVector(4)(keras.Input((2,))).shape == (None, 4, 2)
    assert RepeatVector()(vector, np.zeros((3, 0, 1), np.float32)).shape == (3, 0, 2)


def test_a_masked_sequence_may_say_how_often():
    ids, vector = keras.Input((None,), dtype="int32"), keras.Input((2,))
    embedded = keras.layers.Embedding(9, 3, mask_zero=True)(ids)
    model = keras.Model([ids, vector], RepeatVector()(vector, embedded))
    given = [np.array([[1, 2, 0]] * 3), X[:, 0]]
    assert_same(model.predict(given, verbose=0), np.repeat(X[:, :1], 3, axis=1), atol=0)
