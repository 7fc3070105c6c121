"""CausalTransformer: causality, masks, precision, dropout, sizes and refusals; and its step in NumPy."""

import re

import numpy as np
import pytest

from support.recurrent import arrays, assert_same, numbers, run
from turncast.backend import keras, ops
from turncast.layers import CausalTransformer
from turncast.runtime.attention_cell import TransformerCell

X = numbers(2, 6, 8)


def block(**arguments):
    """Return a small block, built."""
    layer = CausalTransformer(**{"units": 8, "heads": 2, "seed": 1, **arguments})
    layer.build((None, None, layer.units))
    return layer


def random_block(units=8, heads=2):
    """Return a block whose weights are all random, biases and norms too."""
    layer = CausalTransformer(units, heads=heads, dropout=0.5, seed=1)
    layer.build((None, None, units))
    for number, weight in enumerate(layer.weights):
        weight.assign(numbers(*weight.shape, seed=number) * 0.5)
    return layer


@pytest.mark.parametrize(("units", "heads"), [(8, 2), (6, 3), (4, 1)])
def test_stepping_a_transformer_equals_the_whole(units, heads):
    layer, x = random_block(units, heads), numbers(1, 9, units)
    cell = TransformerCell.from_weights(
        {f"block/{w.name}": ops.convert_to_numpy(w.value) for w in layer.weights}, "block", heads
    )
    (whole,), state = arrays(layer(x)), cell.start()
    for turn in range(9):
        output, state = cell.step(x[0, turn], state)
        np.testing.assert_allclose(output, whole[0, turn], atol=1e-5)
    assert [len(part) for part in state] == [9, 9]


def test_a_transformer_reads_only_earlier_unmasked_steps():
    layer, x = random_block(), numbers(2, 6, 8)
    (whole,) = arrays(layer(x))
    np.testing.assert_allclose(arrays(layer(x[:, :4]))[0], whole[:, :4], atol=1e-5)
    mask = np.array([[True, False, True, True, False, True]] * 2)
    other = np.where(mask[..., None], x, 9.0).astype(np.float32)
    one, two = arrays([layer(x, mask=mask), layer(other, mask=mask)])
    np.testing.assert_allclose(one[mask], two[mask], atol=1e-5)
    assert not np.allclose(one[mask], whole[mask])


@pytest.mark.quick
def test_a_transformer_drops_out_in_training_only():
    layer, x = random_block(), numbers(2, 6, 8)
    np.testing.assert_array_equal(*arrays([layer(x), layer(x, training=False)]))
    assert not np.allclose(*arrays([layer(x), layer(x, training=True)]))


def test_the_same_seed_gives_the_same_transformer():
    first, second = (CausalTransformer(8, heads=2, seed=5) for _ in range(2))
    x = numbers(1, 2, 8)
    np.testing.assert_array_equal(*arrays([first(x), second(x)]))


def test_it_computes_in_mixed_precision():
    inputs, mask = keras.Input((6, 8)), keras.Input((6,), dtype="bool")
    mixed, full = block(dtype="mixed_float16", dropout=0.5), block()
    given = [X, np.array([[True] * 6, [False] * 6])]
    model = keras.Model([inputs, mask], [mixed(inputs, mask=mask), full(inputs, mask=mask)])
    result, expected = model.predict(given, verbose=0)
    assert (result.dtype, expected.dtype) == (np.float16, np.float32)
    np.testing.assert_allclose(result, expected, atol=0.05)


def test_its_two_dropouts_are_two():
    """Of one seed, both would leave out the same numbers."""
    layer = block(dropout=0.5)
    ones = np.ones((1, 6, 8), np.float32)
    first, second = (arrays(dropout(ones, training=True))[0] for dropout in layer._dropouts)
    assert not np.array_equal(first, second)


def test_the_same_seed_drops_the_same():
    first, second = (
        [arrays(dropout(X, training=True))[0] for dropout in block(dropout=0.5)._dropouts] for _ in range(2)
    )
    assert_same(first, second, atol=0)


def test_unreal_steps_change_nothing_that_is_real():
    layer, mask = block(), np.array([[True, True, False, True, False, True]] * 2)
    without = arrays(run(layer, X[:, mask[0]]))[0]
    assert np.isfinite(arrays(run(layer, X, mask=np.zeros((2, 6), bool)))[0]).all()
    # The distance counts every step, so that only what no gap precedes equals the sequence without gaps.
    np.testing.assert_allclose(arrays(run(layer, X, mask=mask))[0][:, :2], without[:, :2], atol=1e-5)


@pytest.mark.parametrize("shape", [(0, 6, 8), (2, 0, 8), (1, 1, 8)])
def test_no_steps_and_one_step(shape):
    assert tuple(run(block(), np.zeros(shape, np.float32)).shape) == shape


def test_a_model_takes_any_number_of_steps_and_is_saved(tmp_path):
    inputs, mask = keras.Input((None, 8)), keras.Input((None,), dtype="bool")
    model = keras.Model(
        [inputs, mask], CausalTransformer(8, heads=2, feed_forward=5, seed=1)(inputs, mask=mask)
    )
    model.save(tmp_path / "block.keras")
    again = keras.saving.load_model(tmp_path / "block.keras")
    for steps in (3, 9):
        given = [numbers(2, steps, 8), np.arange(steps) < np.array([[steps], [2]])]
        result = model.predict(given, verbose=0)
        assert result.shape == (2, steps, 8)
        assert_same(again.predict(given, verbose=0), result, atol=1e-6)


def test_arguments_are_restored_from_the_config():
    given = {"units": 8, "heads": 2, "feed_forward": 5, "dropout": 0.25, "seed": 3}
    config = CausalTransformer(**given).get_config()
    assert {name: config[name] for name in given} == given
    assert CausalTransformer.from_config(config).get_config() == config
    assert CausalTransformer(8).feed_forward == 32


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"units": 8, "heads": 3},
            "CausalTransformer got 8 units for 3 heads: expected a multiple of the heads",
        ),
        ({"units": 8, "heads": 0}, "CausalTransformer got heads=0: expected 1 or more"),
    ],
)
def test_heads_that_do_not_fit_are_refused(arguments, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        CausalTransformer(**arguments)


@pytest.mark.parametrize(
    ("x", "mask", "message"),
    [
        (X[..., :7], None, "CausalTransformer got an input of shape (2, 6, 7): expected (B, T, 8)"),
        (X[:, 0], None, "CausalTransformer got an input of shape (2, 8): expected (B, T, 8)"),
        (X, np.ones((2, 1)), "got a mask of shape (2, 1) for an input of shape (2, 6, 8): expected (2, 6)"),
        (
            np.full((1, 2, 8), np.nan),
            None,
            "CausalTransformer got NaN in its input of shape (1, 2, 8), first at",
        ),
    ],
)
def test_inputs_that_do_not_fit_are_refused(x, mask, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        CausalTransformer(8)(x, mask=mask)


def test_a_cell_without_its_weights_says_which():
    with pytest.raises(KeyError, match="block/qkv_kernel"):
        TransformerCell.from_weights({"other/qkv_kernel": X[0]}, "block", 2)


def test_a_cell_of_many_steps_stays_with_the_layer():
    layer, x = block(heads=4), numbers(1, 60, 8) * 3
    (whole,) = arrays(run(layer, x))
    weights = {f"block/{weight.name}": ops.convert_to_numpy(weight.value) for weight in layer.weights}
    cell = TransformerCell.from_weights(weights, "block", 4)
    state, outputs = cell.start(), []
    for step in x[0]:
        output, state = cell.step(step, state)
        outputs.append(output)
    np.testing.assert_allclose(outputs, whole[0], atol=1e-5)
    assert output.dtype == np.float32
