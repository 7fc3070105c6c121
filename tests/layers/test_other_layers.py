"""Bits, transformers and the small layers: what they give, and what they refuse."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.recurrent import BACKEND, arrays, numbers
from turncast.backend import keras, ops
from turncast.layers import (
    BitDense,
    CausalTransformer,
    MaskedPooling,
    MultiHot,
    RepeatVector,
    TimeDistributed,
)
from turncast.layers.last_step import LastStep
from turncast.runtime.attention_cell import TransformerCell

NUM_BITS = 6
index_lists = st.lists(st.lists(st.integers(-2, 8), min_size=3, max_size=3), min_size=4, max_size=4)


def vectors(lists):
    return np.array([[float(bit in indices) for bit in range(NUM_BITS)] for indices in lists], np.float32)


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


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 8), min_size=3, max_size=3), min_size=4, max_size=4))
def test_multi_hot_is_the_vector_of_the_indices(lists):
    np.testing.assert_array_equal(arrays(MultiHot(NUM_BITS)(np.array(lists, np.int32)))[0], vectors(lists))


def bit_dense_pair():
    """BitDense and the Dense that it stands for, of the same weights."""
    bits, dense = BitDense(4, NUM_BITS, activation="tanh"), keras.layers.Dense(4, activation="tanh")
    bits.build((None, 3))
    dense.build((None, NUM_BITS))
    for number, (one, other) in enumerate(zip(bits.weights, dense.weights, strict=True)):
        assert (one.name, one.shape) == (other.name, other.shape)
        for weight in (one, other):
            weight.assign(numbers(*weight.shape, seed=number + 1))
    return bits, dense


BITS, DENSE = bit_dense_pair()


@settings(max_examples=25, deadline=None)
@given(index_lists)
def test_bit_dense_is_dense_on_the_bits_in_value_and_gradient(lists):
    indices = np.array(lists, np.int32)
    np.testing.assert_allclose(*arrays([BITS(indices), DENSE(vectors(lists))]), atol=1e-6)
    for one, other in zip(
        weight_gradients(BITS, indices), weight_gradients(DENSE, vectors(lists)), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_bit_dense_without_a_bias_over_any_axes():
    layer = BitDense(4, NUM_BITS, use_bias=False)
    (found,) = arrays(layer(np.array([[[0, 5, 6]], [[6, 6, 6]]])))
    kernel = ops.convert_to_numpy(layer.kernel)
    np.testing.assert_allclose(found, [[kernel[0] + kernel[5]], [np.zeros(4)]], atol=1e-6)
    assert len(layer.weights) == 1


def test_layers_are_saved_and_loaded(tmp_path):
    bits = keras.Input((None, None), dtype="int32")
    mask = keras.Input((None,), dtype="bool")
    x = TimeDistributed(BitDense(8, NUM_BITS))(bits)
    x = CausalTransformer(8, heads=2, seed=1)(x, mask=mask)
    pooled = [LastStep()(x, mask), MaskedPooling("max")(x, mask=mask)]
    model = keras.Model([bits, mask], [*pooled, RepeatVector()(pooled[0], x), MultiHot(NUM_BITS)(bits)])
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    inputs = [np.array([[[0, 5], [6, 2], [1, 1]]]), np.array([[True, True, False]])]
    for one, other in zip(model.predict(inputs, verbose=0), again.predict(inputs, verbose=0), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def transformer(units=8, heads=2):
    layer = CausalTransformer(units, heads=heads, dropout=0.5, seed=1)
    layer.build((None, None, units))
    for number, weight in enumerate(layer.weights):
        weight.assign(numbers(*weight.shape, seed=number) * 0.5)
    return layer


@pytest.mark.parametrize(("units", "heads"), [(8, 2), (6, 3), (4, 1)])
def test_stepping_a_transformer_equals_the_whole(units, heads):
    layer, x = transformer(units, heads), numbers(1, 9, units)
    cell = TransformerCell.of(
        {f"block/{w.name}": ops.convert_to_numpy(w.value) for w in layer.weights}, "block", heads
    )
    (whole,), state = arrays(layer(x)), cell.start()
    for turn in range(9):
        output, state = cell.step(x[0, turn], state)
        np.testing.assert_allclose(output, whole[0, turn], atol=1e-5)
    assert [len(part) for part in state] == [9, 9]


def test_a_transformer_looks_only_back_and_past_what_is_masked():
    layer, x = transformer(), numbers(2, 6, 8)
    (whole,) = arrays(layer(x))
    np.testing.assert_allclose(arrays(layer(x[:, :4]))[0], whole[:, :4], atol=1e-5)
    mask = np.array([[True, False, True, True, False, True]] * 2)
    other = np.where(mask[..., None], x, 9.0).astype(np.float32)
    one, two = arrays([layer(x, mask=mask), layer(other, mask=mask)])
    np.testing.assert_allclose(one[mask], two[mask], atol=1e-5)
    assert not np.allclose(one[mask], whole[mask])


def test_a_transformer_drops_out_in_training_only():
    layer, x = transformer(), numbers(2, 6, 8)
    np.testing.assert_array_equal(*arrays([layer(x), layer(x, training=False)]))
    assert not np.allclose(*arrays([layer(x), layer(x, training=True)]))


def test_the_same_seed_gives_the_same_transformer():
    first, second = (CausalTransformer(8, heads=2, seed=5) for _ in range(2))
    x = numbers(1, 2, 8)
    np.testing.assert_array_equal(*arrays([first(x), second(x)]))


def test_a_transformer_refuses_what_does_not_fit():
    with pytest.raises(ValueError, match="got 8 units for 3 heads: expected a multiple of the heads"):
        CausalTransformer(8, heads=3)
    with pytest.raises(ValueError, match=re.escape("got an input of shape (2, 3, 7): expected (B, T, 8)")):
        CausalTransformer(8)(np.zeros((2, 3, 7), np.float32))


masks = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=2)


@settings(max_examples=25, deadline=None)
@given(masks)
def test_pooling_and_the_last_step_see_what_is_real(rows):
    x, mask = numbers(2, 4, 3), np.array(rows)
    mean, most, last = arrays(
        [MaskedPooling("mean")(x, mask=mask), MaskedPooling("max")(x, mask=mask), LastStep()(x, mask)]
    )
    for row in range(2):
        real = x[row][mask[row]]
        np.testing.assert_allclose(mean[row], real.mean(0) if len(real) else np.zeros(3), atol=1e-6)
        np.testing.assert_allclose(most[row], real.max(0) if len(real) else np.zeros(3), atol=1e-6)
        np.testing.assert_allclose(last[row], real[-1] if len(real) else np.zeros(3), atol=1e-6)


def test_pooling_without_a_mask_takes_all():
    x = numbers(2, 4, 3)
    np.testing.assert_allclose(arrays(MaskedPooling("mean")(x))[0], x.mean(1), atol=1e-6)
    with pytest.raises(ValueError, match="got mode 'median': expected 'mean' or 'max'"):
        MaskedPooling("median")


def test_a_vector_is_repeated_as_often_as_told():
    vector, like = numbers(2, 3), numbers(2, 5, 1)
    expected = np.repeat(vector[:, None], 5, axis=1)
    for found in (
        RepeatVector(5)(vector),
        keras.layers.RepeatVector(5)(vector),
        RepeatVector()(vector, like),
    ):
        np.testing.assert_array_equal(arrays(found)[0], expected)
    inputs = keras.Input((3,)), keras.Input((None, 1))
    model = keras.Model(inputs, RepeatVector()(*inputs))
    for steps in (2, 7):
        assert model.predict([vector, numbers(2, steps, 1)], verbose=0).shape == (2, steps, 3)
    for layer, arguments, message in (
        (RepeatVector(), (vector,), "got neither n nor a sequence to say how often"),
        (RepeatVector(3), (vector, like), "got n=3 and a sequence as well to say how often"),
    ):
        with pytest.raises(ValueError, match=message):
            layer(*arguments)
