"""BitDense and MultiHot: what they compute, for every type of index and precision; configs and saving."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from support.recurrent import BACKEND, arrays, assert_same, numbers, run
from turncast.backend import keras, ops
from turncast.layers import BitDense, MultiHot

NUM_BITS = 300  # more than a byte can count
INDICES = np.array([[255, 0, 3], [7, 7, 9], [300, 299, 0], [0, 0, 0]])
SMALL = np.array([[5, 0, 3], [7, 7, 9], [2, 4, 4], [0, 0, 0]])
TYPES = ["uint8", "int8", "uint16", "int32", "float32"]
FEW_BITS = 6


def vectors(indices, width):
    return np.array([[float(bit in row) for bit in range(width)] for row in indices], np.float32)


def apply(layer, x):
    """Build a layer and call it; compiled on JAX, where that is quicker."""
    if not layer.built:
        layer.build(x.shape)
    return run(layer, x)


def dense_like(layer):
    """Return the Dense of the same weights and arguments."""
    config = {name: value for name, value in layer.get_config().items() if name not in ("num_bits", "name")}
    dense = keras.layers.Dense.from_config(config)
    dense.build((None, layer.num_bits))
    for one, other in zip(dense.weights, layer.weights, strict=True):
        one.assign(ops.convert_to_numpy(other.value))
    return dense


def weight_gradients(layer, x):
    """Gradients of a layer's weights for the sum of its squared outputs."""
    trainable = [variable.value for variable in layer.trainable_variables]
    if BACKEND == "jax":
        import jax

        return arrays(jax.grad(lambda t: ops.sum(layer.stateless_call(t, [], x)[0] ** 2))(trainable))
    if BACKEND == "torch":
        import torch

        return arrays(list(torch.autograd.grad(ops.sum(layer(x) ** 2), trainable)))
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = ops.sum(layer(x) ** 2)
    return [ops.convert_to_numpy(tf.convert_to_tensor(g)) for g in tape.gradient(loss, trainable)]


@examples(25)
@given(st.lists(st.lists(st.integers(0, 8), min_size=3, max_size=3), min_size=4, max_size=4))
def test_multi_hot_is_the_vector_of_the_indices(lists):
    np.testing.assert_array_equal(
        arrays(MultiHot(FEW_BITS)(np.array(lists, np.int32)))[0], vectors(lists, FEW_BITS)
    )


def bit_dense_pair():
    """BitDense and the Dense that it stands for, of the same weights."""
    bits, dense = BitDense(4, FEW_BITS, activation="tanh"), keras.layers.Dense(4, activation="tanh")
    bits.build((None, 3))
    dense.build((None, FEW_BITS))
    for number, (one, other) in enumerate(zip(bits.weights, dense.weights, strict=True)):
        assert (one.name, one.shape) == (other.name, other.shape)
        for weight in (one, other):
            weight.assign(numbers(*weight.shape, seed=number + 1))
    return bits, dense


BITS, DENSE = bit_dense_pair()
INDEX_LISTS = st.lists(st.lists(st.integers(-2, 8), min_size=3, max_size=3), min_size=4, max_size=4)


@examples(25)
@given(INDEX_LISTS)
def test_bit_dense_is_dense_on_the_bits_in_value_and_gradient(lists):
    indices = np.array(lists, np.int32)
    np.testing.assert_allclose(*arrays([BITS(indices), DENSE(vectors(lists, FEW_BITS))]), atol=1e-6)
    for one, other in zip(
        weight_gradients(BITS, indices), weight_gradients(DENSE, vectors(lists, FEW_BITS)), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_bit_dense_without_a_bias_over_any_axes():
    layer = BitDense(4, FEW_BITS, use_bias=False)
    (result,) = arrays(layer(np.array([[[0, 5, 6]], [[6, 6, 6]]])))
    kernel = ops.convert_to_numpy(layer.kernel)
    np.testing.assert_allclose(result, [[kernel[0] + kernel[5]], [np.zeros(4)]], atol=1e-6)
    assert len(layer.weights) == 1


@pytest.mark.parametrize("kind", TYPES)
def test_indices_may_be_of_any_type(kind):
    indices = INDICES if kind in ("uint16", "int32", "int64") else SMALL
    layer, expected = BitDense(2, NUM_BITS), vectors(indices, NUM_BITS)
    result = apply(layer, indices.astype(kind))
    assert_same(result, expected @ ops.convert_to_numpy(layer.kernel))
    assert_same(apply(MultiHot(NUM_BITS), indices.astype(kind)), expected, atol=0)


@pytest.mark.quick
@pytest.mark.parametrize("kind", ["uint8", "int16", "int64"])
def test_more_rows_than_the_type_of_the_indices_counts(kind):
    indices = np.arange(600).reshape(300, 2) % 6
    assert_same(apply(MultiHot(4), indices.astype(kind)), vectors(indices, 4), atol=0)


def test_negative_indices_are_padding():
    indices = np.array([[-1, -2, 1], [-5, -300, -4]])
    assert_same(apply(MultiHot(4), indices), vectors(indices, 4), atol=0)
    layer = BitDense(2, 4)
    result = apply(layer, indices)
    assert_same(result, vectors(indices, 4) @ ops.convert_to_numpy(layer.kernel))


@pytest.mark.parametrize("shape", [(0, 3), (2, 3, 0)])
def test_no_indices_are_no_bits(shape):
    indices = np.zeros(shape, np.int32)
    assert_same(apply(MultiHot(4), indices), np.zeros((*shape[:-1], 4)), atol=0)
    assert_same(apply(BitDense(2, 4), indices), np.zeros((*shape[:-1], 2)), atol=0)


@pytest.mark.parametrize(
    ("arguments", "precision"),
    [
        ({"use_bias": False, "activation": "relu"}, "float32"),
        ({}, "mixed_float16"),
    ],
)
def test_every_argument_and_precision_is_that_of_dense(arguments, precision):
    layer = BitDense(2, NUM_BITS, bias_initializer="ones", dtype=precision, **arguments)
    result, expected = layer(INDICES), dense_like(layer)(vectors(INDICES, NUM_BITS))
    assert result.dtype == expected.dtype
    result, expected = (arrays(ops.cast(result, "float32"))[0] for result in (result, expected))
    np.testing.assert_allclose(result, expected, atol=1e-6 if precision == "float32" else 2e-2)


def test_arguments_are_restored_from_the_config():
    layer = BitDense(2, 7, activation="tanh", use_bias=False, kernel_regularizer="l2")
    again = BitDense.from_config(layer.get_config())
    assert again.get_config() == layer.get_config()
    assert (again.units, again.num_bits, again.use_bias) == (2, 7, False)
    assert MultiHot.from_config(MultiHot(7, name="bits").get_config()).width == 7


def test_a_model_of_any_number_of_indices_is_saved_and_loaded(tmp_path):
    indices = keras.Input((None, None), dtype="int32")
    model = keras.Model(indices, [BitDense(2, 4, activation="tanh")(indices), MultiHot(4)(indices)])
    model.save(tmp_path / "bits.keras")
    again = keras.saving.load_model(tmp_path / "bits.keras")
    for turns, bits in ((3, 2), (5, 6)):
        inputs = np.random.default_rng(1).integers(-1, 6, (2, turns, bits))
        result = model.predict(inputs, verbose=0)
        assert [array.shape for array in result] == [(2, turns, 2), (2, turns, 4)]
        assert_same(again.predict(inputs, verbose=0), result, atol=1e-6)


def test_it_learns_like_dense():
    """The same steps of training from the same weights."""
    layer = BitDense(2, NUM_BITS)
    layer.build((None, 3))
    dense, targets = dense_like(layer), numbers(len(INDICES), 2)
    for model, x in ((layer, INDICES), (dense, vectors(INDICES, NUM_BITS))):
        trained = keras.Sequential([model])
        trained.compile(keras.optimizers.SGD(0.1), "mse")
        trained.fit(x, targets, epochs=2, batch_size=4, shuffle=False, verbose=0)
    assert_same(layer.kernel.value, dense.kernel.value)
    assert_same(layer.bias.value, dense.bias.value)
