"""Law 1: stepping through a dialogue gives the predictions of the padded batch, whatever else is in it.
Law 3: what comes after a turn does not change the prediction at it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from turnwise import NetworkConfig
from turnwise.network import build_network, read_weights
from turnwise.runtime import NumpyNetwork

FEATURES, ACTIONS, MOST_TURNS, MOST_BITS = 11, 5, 6, 4
CONFIGS = [
    NetworkConfig(units=7),
    NetworkConfig(units=5, layers=2),
    NetworkConfig(units=6, layout="one-to-one"),
    NetworkConfig(units=4, layout="one-to-one", layers=2),
]
turn_bits = st.lists(st.integers(0, FEATURES - 1), max_size=MOST_BITS, unique=True)
dialogue_bits = st.lists(turn_bits, min_size=1, max_size=MOST_TURNS)


def network_pair(config: NetworkConfig, multi: bool):
    """The Keras model and the NumPy network of the same weights, shaken so that no bias is zero."""
    model = build_network(config, FEATURES, ACTIONS, multi, seed=5)
    generator = np.random.default_rng(5)
    for weight in model.trainable_weights:
        weight.assign(np.asarray(weight) + generator.normal(0, 0.4, weight.shape).astype(np.float32))
    return model, NumpyNetwork(config, read_weights(model), multi)


PAIRS = {
    (index, multi): network_pair(config, multi)
    for index, config in enumerate(CONFIGS)
    for multi in (False, True)
}


def batch_of(dialogues, turns=MOST_TURNS):
    inputs = np.full((3, turns, MOST_BITS), FEATURES, np.int32)
    for row, dialogue in enumerate(dialogues):
        for number, bits in enumerate(dialogue):
            inputs[row, number, : len(bits)] = bits
    return inputs


@pytest.mark.parametrize("which", PAIRS, ids=str)
@settings(max_examples=25, deadline=None)
@given(dialogues=st.lists(dialogue_bits, min_size=3, max_size=3))
def test_stepping_equals_the_padded_batch(which, dialogues):
    model, network = PAIRS[which]
    _, batch = model.predict_on_batch(batch_of(dialogues))
    for row, dialogue in enumerate(dialogues):
        stepped = np.stack(network.run(dialogue))
        np.testing.assert_allclose(stepped, batch[row, : len(dialogue)], atol=1e-5)


@pytest.mark.parametrize("which", PAIRS, ids=str)
@settings(max_examples=10, deadline=None)
@given(
    dialogue=dialogue_bits, others=st.lists(dialogue_bits, min_size=2, max_size=2), extra=st.integers(1, 3)
)
def test_padding_and_neighbours_do_not_change_a_prediction(which, dialogue, others, extra):
    model, _ = PAIRS[which]
    empty = [[[]]]
    _, alone = model.predict_on_batch(batch_of([dialogue, *empty, *empty]))
    _, among = model.predict_on_batch(batch_of([dialogue, *others], MOST_TURNS + extra))
    turns = len(dialogue)
    np.testing.assert_allclose(alone[0, :turns], among[0, :turns], atol=1e-5)


@pytest.mark.parametrize("which", PAIRS, ids=str)
@settings(max_examples=10, deadline=None)
@given(
    dialogue=st.lists(turn_bits, min_size=2, max_size=MOST_TURNS), other=dialogue_bits, at=st.integers(0, 4)
)
def test_what_comes_later_does_not_change_a_prediction(which, dialogue, other, at):
    model, network = PAIRS[which]
    at = min(at, len(dialogue) - 1)
    changed = (dialogue[: at + 1] + other)[:MOST_TURNS]
    _, batch = model.predict_on_batch(batch_of([dialogue, changed, dialogue]))
    np.testing.assert_allclose(batch[0, : at + 1], batch[1, : at + 1], atol=1e-6)
    np.testing.assert_array_equal(network.run(dialogue)[at], network.run(changed)[at])


def test_a_long_dialogue_does_not_drift():
    model, network = PAIRS[0, False]
    generator = np.random.default_rng(1)
    dialogue = [generator.choice(FEATURES, 3, replace=False).tolist() for _ in range(1000)]
    _, batch = model.predict_on_batch(batch_of([dialogue] * 3, turns=1000))
    np.testing.assert_allclose(np.stack(network.run(dialogue)), batch[0], atol=1e-5)
