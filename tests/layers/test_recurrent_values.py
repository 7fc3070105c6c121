"""Our LSTM, GRU and SimpleRNN give what Keras's give: outputs, states and gradients, masked or not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.large import large
from support.property_tests import examples
from support.recurrent import (
    BATCH,
    FEATURES,
    PAIRS,
    UNITS,
    arrays,
    assert_same,
    gradients,
    masks,
    numbers,
    pair,
    run,
    states_of,
)
from turncast.backend import keras

OPTIONS = {
    "plain": {},
    "sequences": {"return_sequences": True},
    "states": {"return_state": True},
    "all": {"return_sequences": True, "return_state": True},
    "backwards": {"return_sequences": True, "return_state": True, "go_backwards": True},
    "zeros": {"return_sequences": True, "return_state": True, "zero_output_for_mask": True},
    "backwards zeros": {"return_sequences": True, "go_backwards": True, "zero_output_for_mask": True},
    "no bias": {"return_sequences": True, "use_bias": False},
}
CELLS = {
    **{name: (name, {}) for name in PAIRS},
    "relu": ("lstm", {"activation": "relu"}),
    "linear": ("gru", {"activation": "linear"}),
    "no activation": ("simple_rnn", {"activation": None}),
    "hard_sigmoid": ("lstm", {"recurrent_activation": "hard_sigmoid"}),
    "softsign": ("gru", {"recurrent_activation": "hard_sigmoid", "activation": "softsign"}),
    "relu rnn": ("simple_rnn", {"activation": "relu"}),
    "reset before": ("gru", {"reset_after": False}),
    "lstm no bias": ("lstm", {"use_bias": False}),
    "gru no bias": ("gru", {"use_bias": False}),
    "rnn no bias": ("simple_rnn", {"use_bias": False}),
}

# Chunks of the JAX core have 16 steps, and up to 32 steps are one chunk.
SAMPLE = ("all", "backwards zeros", "no bias")
CASES = [*((option, 33) for option in SAMPLE), ("all", 50)]
CASES += large(*((option, 33) for option in OPTIONS if option not in SAMPLE), ("all", 1), ("all", 5))


@pytest.mark.parametrize(("option", "length"), CASES)
@pytest.mark.parametrize("name", PAIRS)
def test_outputs_equal_keras(name, option, length):
    ours, stock = pair(name, **OPTIONS[option])
    x, states, mask = numbers(BATCH, length, FEATURES), states_of(ours), masks(length)
    assert_same(run(ours, x), run(stock, x))
    assert_same(run(ours, x, mask=mask, initial_state=states), run(stock, x, mask=mask, initial_state=states))


@pytest.mark.parametrize("masked", [True, *large(False)], ids=["masked", "whole"])
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_every_gradient_is_autodiff_s(cell, masked):
    ours, stock = pair(cell[0], return_sequences=True, return_state=True, **cell[1])
    length = 33 if masked else 20
    x, states, mask = numbers(BATCH, length, FEATURES) / 2, states_of(ours), masks(length)
    results = [gradients(layer, x, states, mask if masked else None) for layer in (ours, stock)]
    assert len(results[0]) == len(ours.weights) + 1 + len(states)
    for one, other in zip(*results, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", PAIRS)
def test_gradients_of_backwards_and_zeroed_outputs_are_autodiff_s(name):
    options = {"return_sequences": True, "return_state": True}
    ours, stock = pair(name, go_backwards=True, zero_output_for_mask=True, **options)
    x, states, mask = numbers(BATCH, 33, FEATURES), states_of(ours), masks(33)
    for one, other in zip(*(gradients(layer, x, states, mask) for layer in (ours, stock)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


RANDOM = {name: pair(name, return_sequences=True, return_state=True) for name in PAIRS}


@pytest.mark.parametrize("name", PAIRS)
@examples(25)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=BATCH, max_size=BATCH))
def test_any_mask_equals_keras(name, rows):
    ours, stock = RANDOM[name]
    x, states, mask = numbers(BATCH, 6, FEATURES), states_of(ours), np.array(rows)
    assert_same(run(ours, x, mask=mask, initial_state=states), run(stock, x, mask=mask, initial_state=states))


@pytest.mark.quick
@pytest.mark.parametrize("name", PAIRS)
@examples(15)
@given(rows=st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=BATCH, max_size=BATCH))
def test_masked_steps_count_for_nothing(name, rows):
    """Law 4, at the layer: what stands at a masked step changes no output and no state."""
    ours, _ = RANDOM[name]
    x, mask = numbers(BATCH, 5, FEATURES), np.array(rows)
    other = np.where(mask[..., None], x, numbers(BATCH, 5, FEATURES, seed=9) * 100)
    assert_same(run(ours, other, mask=mask), run(ours, x, mask=mask), atol=0)


@pytest.mark.parametrize("length", [7, 40])
@pytest.mark.parametrize("name", PAIRS)
def test_stepping_equals_the_whole_sequence(name, length):
    """Law 1, at the layer."""
    ours, _ = RANDOM[name]
    x, states = numbers(BATCH, length, FEATURES), states_of(ours)
    outputs, *last = arrays(run(ours, x, initial_state=states))
    for turn in range(length):
        step, *states = run(ours, x[:, turn : turn + 1], initial_state=states)
        np.testing.assert_allclose(arrays(step)[0][:, 0], outputs[:, turn], atol=1e-5)
    assert_same(states, last, atol=1e-5)


@pytest.mark.parametrize("at", [0, 15, 16, 39])
@pytest.mark.parametrize("name", PAIRS)
def test_no_output_depends_on_later_steps(name, at):
    """Law 3, at the layer."""
    ours, _ = RANDOM[name]
    x = numbers(BATCH, 41, FEATURES)
    changed = np.concatenate([x[:, : at + 1], numbers(BATCH, 40 - at, FEATURES, seed=9)], axis=1)
    one, other = arrays(run(ours, x))[0], arrays(run(ours, changed))[0]
    np.testing.assert_allclose(one[:, : at + 1], other[:, : at + 1], atol=1e-6)
    assert not np.allclose(one[:, at + 1 :], other[:, at + 1 :])


@pytest.mark.parametrize("name", PAIRS)
def test_padding_and_neighbours_change_nothing(name):
    ours, _ = RANDOM[name]
    x = numbers(BATCH, 20, FEATURES)
    mask = np.arange(20) < np.array([20, 11, 1, 0])[:, None]
    outputs, *states = arrays(run(ours, x, mask=mask))
    for row, length in enumerate([20, 11, 1]):
        alone, *last = arrays(run(ours, x[row : row + 1, :length]))
        np.testing.assert_allclose(outputs[row, :length], alone[0], atol=1e-5)
        for state, other in zip(states, last, strict=True):
            np.testing.assert_allclose(state[row], other[0], atol=1e-5)
    assert not any(state[3].any() for state in states)


@pytest.mark.parametrize("name", PAIRS)
def test_no_dialogue_gives_no_rows(name):
    for masked in (None, np.zeros((0, 3), bool)):
        outputs, *states = arrays(run(RANDOM[name][0], np.zeros((0, 3, FEATURES), np.float32), mask=masked))
        assert outputs.shape == (0, 3, UNITS)
        assert all(state.shape == (0, UNITS) for state in states)


@pytest.mark.parametrize("options", [{"unroll": True}, {"implementation": 1}], ids=str)
@pytest.mark.parametrize("name", PAIRS)
def test_keras_s_other_ways_of_computing_give_the_same(name, options):
    if name == "simple_rnn" and "implementation" in options:
        pytest.skip("SimpleRNN has one implementation only")
    ours, stock = pair(name, return_sequences=True, **options)
    x, mask = numbers(BATCH, 5, FEATURES), masks(5)
    assert_same(run(ours, x), run(stock, x))
    assert_same(run(ours, x, mask=mask), run(stock, x, mask=mask))


@pytest.mark.skipif(keras.backend.backend() != "jax", reason="the core over chunks of steps is JAX's")
@pytest.mark.parametrize("name", PAIRS)
def test_the_core_on_jax_serves_the_usual_cells(name, monkeypatch):
    """No test above would see it if Keras's own loop did the work."""
    monkeypatch.setattr(keras.layers.RNN, "inner_loop", None)
    ours, _ = pair(name)
    ours(numbers(BATCH, 5, FEATURES), mask=masks(5))
