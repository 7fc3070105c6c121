"""Law 1: stepping through a dialogue gives the predictions of the padded batch, whatever else is in it.
Law 3: what comes after a turn does not change the prediction at it.

For every cell, layout and way to read words; on the backend that KERAS_BACKEND names."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from turncast import NetworkConfig
from turncast.network import build_network, read_weights
from turncast.runtime import NumpyNetwork

pytestmark = pytest.mark.quick

FEATURES, ACTIONS, TOKENS = 11, 5, 9
MOST_TURNS, MOST_BITS, MOST_WORDS = 6, 4, 5
SETTINGS = {
    "lstm": {"units": 7},
    "lstm, 2 layers": {"units": 5, "layers": 2},
    "lstm, residual and norm": {"units": 5, "layers": 3, "residual": True, "layer_norm": True},
    "gru": {"units": 6, "cell": "gru"},
    "gru, 2 layers, norm": {"units": 6, "cell": "gru", "layers": 2, "layer_norm": True},
    "simple-rnn": {"units": 6, "cell": "simple-rnn", "layers": 2, "residual": True},
    "transformer": {"units": 8, "cell": "transformer", "heads": 2},
    "transformer, 2 layers": {"units": 6, "cell": "transformer", "heads": 3, "layers": 2},
    "one-to-one": {"units": 6, "layout": "one-to-one"},
    "one-to-one, 2 layers": {"units": 4, "layout": "one-to-one", "layers": 2, "residual": True},
    "many-to-one": {"units": 6, "layout": "many-to-one"},
    "many-to-one, 2 layers": {"units": 6, "layout": "many-to-one", "layers": 2, "residual": True},
    "many-to-one, transformer": {"units": 6, "layout": "many-to-one", "cell": "transformer", "heads": 2},
    "one-to-many": {"units": 6, "layout": "one-to-many"},
    "one-to-many, gru": {"units": 6, "layout": "one-to-many", "cell": "gru", "layers": 2},
    "many-to-many-1": {"units": 6, "layout": "many-to-many-1"},
    "many-to-many-1, transformer": {
        "units": 6,
        "layout": "many-to-many-1",
        "cell": "transformer",
        "heads": 2,
    },
    "many-to-many-1, simple-rnn": {
        "units": 6,
        "layout": "many-to-many-1",
        "cell": "simple-rnn",
        "horizon": 2,
    },
    "words lstm": {"units": 6, "words": "lstm", "word_units": 4},
    "words mean": {"units": 6, "words": "mean", "word_units": 4},
    "words max, gru": {"units": 6, "words": "max", "word_units": 4, "cell": "gru"},
    "words conv": {"units": 6, "words": "conv", "word_units": 4},
    "words lstm, one-to-many": {"units": 6, "words": "lstm", "word_units": 4, "layout": "one-to-many"},
    "words lstm, many-to-one": {"units": 6, "words": "lstm", "word_units": 4, "layout": "many-to-one"},
    "words lstm, transformer": {"units": 4, "words": "lstm", "word_units": 4, "cell": "transformer"},
}
each_network = pytest.mark.parametrize("name", SETTINGS)
bits = st.lists(st.integers(0, FEATURES - 1), max_size=MOST_BITS, unique=True)
tokens = st.lists(st.integers(1, TOKENS - 1), max_size=MOST_WORDS)
dialogues = st.lists(st.tuples(bits, tokens), min_size=1, max_size=MOST_TURNS)


@functools.cache
def network_pair(name: str):
    """The Keras model and the NumPy network of the same weights, shaken so that no bias is zero."""
    config = NetworkConfig(**SETTINGS[name])
    multi = len(name) % 2 == 0  # half of them with several actions at once
    num_tokens = 0 if config.words == "bits" else TOKENS
    model = build_network(
        config, num_features=FEATURES, num_tokens=num_tokens, num_actions=ACTIONS, multi=multi, seed=5
    )
    generator = np.random.default_rng(5)
    for weight in model.trainable_weights:
        weight.assign(np.asarray(weight) + generator.normal(0, 0.4, weight.shape).astype(np.float32))
    return config, model, NumpyNetwork(config, read_weights(model), multi)


def batch_of(config, batch, turns=MOST_TURNS):
    inputs = {
        "bits": np.full((len(batch), turns, MOST_BITS), FEATURES, np.int32),
        "tokens": np.zeros((len(batch), turns, MOST_WORDS), np.int32),
        "mask": np.arange(turns) < np.array([[len(dialogue)] for dialogue in batch]),
    }
    for row, dialogue in enumerate(batch):
        for number, (its_bits, its_tokens) in enumerate(dialogue):
            inputs["bits"][row, number, : len(its_bits)] = its_bits
            inputs["tokens"][row, number, : len(its_tokens)] = its_tokens
    if config.words == "bits":
        del inputs["tokens"]
    if config.layout != "many-to-one":
        del inputs["mask"]
    return inputs


def predict(name, batch, turns=MOST_TURNS):
    """The probabilities of the padded batch: for each dialogue an answer at each of its turns."""
    config, model, _ = network_pair(name)
    _, probabilities = model.predict_on_batch(batch_of(config, batch, turns))
    if config.layout == "many-to-one":
        return [row[None] for row in probabilities]
    return [row[: len(dialogue)] for row, dialogue in zip(probabilities, batch, strict=True)]


@each_network
@examples(12)
@given(batch=st.lists(dialogues, min_size=3, max_size=3))
def test_stepping_equals_the_padded_batch(name, batch):
    config, _, network = network_pair(name)
    for dialogue, answers in zip(batch, predict(name, batch), strict=True):
        stepped = np.stack(network.run(dialogue))
        # A network that answers once does so at the end.
        stepped = stepped[-1:] if config.layout == "many-to-one" else stepped
        np.testing.assert_allclose(stepped, answers, atol=1e-5)


@each_network
@examples(6)
@given(dialogue=dialogues, others=st.lists(dialogues, min_size=2, max_size=2))
def test_padding_and_neighbours_do_not_change_a_prediction(name, dialogue, others):
    empty = [([], [])]
    alone = predict(name, [dialogue, empty, empty])
    among = predict(name, [dialogue, *others], MOST_TURNS + 2)
    np.testing.assert_allclose(alone[0], among[0], atol=1e-5)


@each_network
@examples(6)
@given(
    dialogue=st.lists(st.tuples(bits, tokens), min_size=2, max_size=MOST_TURNS),
    other=dialogues,
    at=st.integers(0, 4),
)
def test_later_turns_do_not_change_a_prediction(name, dialogue, other, at):
    kept = at % (len(dialogue) - 1) + 1
    changed = [*dialogue[:kept], *other][: len(dialogue)]
    network = network_pair(name)[2]
    one, two = network.run(dialogue), network.run(changed)
    np.testing.assert_array_equal(np.stack(one[:kept]), np.stack(two[:kept]))
    if NetworkConfig(**SETTINGS[name]).layout != "many-to-one":
        same = [answers[0][:kept] for answers in (predict(name, [d] * 3) for d in (dialogue, changed))]
        np.testing.assert_allclose(*same, atol=1e-6)


def test_one_to_many_looks_at_the_first_turn_only():
    network = network_pair("one-to-many")[2]
    first = ([1, 2], [])
    one, two = network.run([first, ([3], []), ([], [])]), network.run([first, ([], []), ([4], [])])
    np.testing.assert_array_equal(np.stack(one), np.stack(two))
    assert not np.array_equal(one[0], one[1])
