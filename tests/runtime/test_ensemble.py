"""Networks stepped as one answer with the mean of what each of them answers alone."""

import functools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from turncast import NetworkConfig
from turncast.errors import ModelError
from turncast.network import build_network, read_weights
from turncast.runtime import NumpyNetwork, make_network, split_members, stack_members, words
from turncast.runtime import weights as weights_module

FEATURES, ACTIONS, TOKENS, MEMBERS = 11, 5, 9, 3
NETWORKS = {
    "lstm": {},
    "lstm, residual and norm": {"layers": 3, "residual": True, "layer_norm": True},
    "gru, norm": {"cell": "gru", "layers": 2, "layer_norm": True},
    "simple-rnn": {"cell": "simple-rnn"},
    "transformer": {"cell": "transformer", "heads": 2, "layers": 2},
    "words lstm": {"words": "lstm", "word_units": 4},
    "words mean, gru": {"words": "mean", "word_units": 4, "cell": "gru"},
    "words max": {"words": "max", "word_units": 4},
    "words conv": {"words": "conv", "word_units": 4},
    "one-to-one": {"layout": "one-to-one"},
    "one-to-many": {"layout": "one-to-many"},
    "many-to-one": {"layout": "many-to-one"},
    "many-to-many-1": {"layout": "many-to-many-1", "horizon": 2},
    "many-to-many-1, gru": {"layout": "many-to-many-1", "cell": "gru"},
    "many-to-many-1, transformer": {"layout": "many-to-many-1", "cell": "transformer", "heads": 2},
}
bits = st.lists(st.integers(0, FEATURES - 1), max_size=5, unique=True)
tokens = st.lists(st.integers(1, TOKENS - 1), max_size=4)
dialogues = st.lists(st.tuples(bits, tokens), min_size=1, max_size=5)


@functools.cache
def members(name):
    """The weights of a few networks of one shape, changed so that no bias is zero."""
    config, weights = NetworkConfig(units=6, bit_units=4, **NETWORKS[name]), []
    for seed in range(MEMBERS):
        generator = np.random.default_rng(seed)
        model = build_network(
            config,
            num_features=FEATURES,
            num_tokens=0 if config.words == "bits" else TOKENS,
            num_actions=ACTIONS,
            multi=False,
            seed=seed,
        )
        weights.append(
            {
                name: a + generator.normal(0, 0.4, a.shape).astype("f")
                for name, a in read_weights(model).items()
            }
        )
    return config, weights


@pytest.mark.parametrize("kept_apart", [False, True], ids=["made beforehand", "made each time"])
@pytest.mark.parametrize("multi", [False, True], ids=["one action", "several"])
@pytest.mark.parametrize("name", NETWORKS)
@examples(8)
@given(dialogue=dialogues)
def test_the_answer_is_the_mean_of_the_members(name, multi, kept_apart, dialogue):
    config, weights = members(name)
    with pytest.MonkeyPatch.context() as patch:
        for module in (weights_module, words) if kept_apart else ():
            patch.setattr(module, "MOST_BYTES", 0)
        together = make_network(config, stack_members(weights), multi, MEMBERS)
    assert (together.num_features, together.num_actions) == (FEATURES, ACTIONS)
    assert together.num_tokens == (0 if config.words == "bits" else TOKENS)
    each = [NumpyNetwork(config, one, multi).run(dialogue) for one in weights]
    state = together.start()
    for turn, answers in zip(dialogue, zip(*each, strict=True), strict=True):
        probabilities, state = together.step(state, *turn)
        np.testing.assert_allclose(probabilities, np.mean(answers, 0), rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NETWORKS)
@examples(6)
@given(beginnings=st.lists(dialogues, min_size=1, max_size=36), turn=st.tuples(bits, tokens))
def test_many_conversations_are_stepped_as_each_alone(name, beginnings, turn):
    config, weights = members(name)
    network, states = make_network(config, stack_members(weights), False, MEMBERS), []
    for beginning in beginnings:
        state = network.start()
        for earlier in beginning:
            _, state = network.step(state, *earlier)
        states.append(state)
    for state, (probabilities, after) in zip(
        states, network.step_many(states, [turn] * len(states)), strict=True
    ):
        alone, expected = network.step(state, *turn)
        np.testing.assert_allclose(probabilities, alone, rtol=0, atol=1e-6)
        for cell, same in zip(after, expected, strict=True):
            for vector, right in zip(cell, same, strict=True):
                np.testing.assert_allclose(vector, right, rtol=0, atol=1e-6)


@pytest.mark.quick
def test_arrays_of_another_number_of_networks_are_refused():
    config, weights = members("lstm")
    with pytest.raises(ModelError, match=r"is of 3 networks, expected 2; save it again"):
        make_network(config, stack_members(weights), False, 2)


def test_stacked_members_are_split_again():
    _, weights = members("gru, norm")
    for before, after in zip(weights, split_members(stack_members(weights), MEMBERS), strict=True):
        assert before.keys() == after.keys()
        assert all(np.array_equal(before[name], after[name]) for name in before)
