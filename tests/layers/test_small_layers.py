"""RepeatVector, LastStep and MaskedPooling: what padding holds, empty sequences, gradients, refusals."""

import re

import numpy as np
import pytest

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


@EACH
def test_gradients_are_finite_and_none_reaches_what_is_unreal(make):
    found = input_gradient(make(), X, MASK)
    assert np.isfinite(found).all()
    assert not found[~MASK].any()
    assert found[0].any()


@EACH
@pytest.mark.parametrize("padding", [np.nan, -3e38])
def test_what_padding_holds_does_not_count(make, padding):
    x = np.where(MASK[..., None], X, padding).astype(np.float32)
    assert_same(apply(make(), x, MASK), apply(make(), X, MASK), atol=0)


@EACH
def test_no_steps_give_zeros(make):
    empty = np.zeros((3, 0, 2), np.float32), np.zeros((3, 0), bool)
    assert_same(apply(make(), *empty), np.zeros((3, 2)), atol=0)


@EACH
def test_they_compute_in_mixed_precision(make):
    found = make(dtype="mixed_float16")(X, MASK)
    assert keras.backend.standardize_dtype(found.dtype) == "float16"
    np.testing.assert_allclose(*arrays([ops.cast(found, "float32"), apply(make(), X, MASK)]), atol=0.02)


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
def test_repeat_vector_comes_back_from_its_config(n):
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
