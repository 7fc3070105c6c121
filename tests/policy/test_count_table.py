"""The counts beside a network: their shares are those of the plain formula, live as in training."""

import hashlib
import json
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.corpora import QUICK, SMALL, tiny, untempered
from support.large import large
from support.layouts import LAYOUTS, drinks_corpus
from support.property_tests import examples
from turncast import ActionSpace, Policy, TrainConfig, Turn
from turncast.baselines import BaselineCounts, CountTable
from turncast.baselines.tables import case_hashes
from turncast.errors import ConfigError, ModelError
from turncast.layouts import Example

texts = st.sampled_from([None, "", "tea", "A  Tea", "Käse \U0001f600", "a\ud800b"])
facts = st.dictionaries(st.sampled_from("xyz"), st.sampled_from([True, 2, "a\u2028b"]), max_size=2)
actions = st.lists(st.sampled_from(["ask", "serve", "bye", 'quo"te']), max_size=2, unique=True).map(tuple)
previous = st.none() | actions
decisions = st.lists(st.tuples(texts, facts, previous, actions), min_size=1, max_size=12)


def cases(user, its_facts, its_previous):
    """What the table looks at, the most particular first."""
    user = None if user is None else " ".join(turncast.features.text.words.normalise(user).split())
    parts = (user, None if its_previous is None else tuple(sorted(its_previous)), sorted(its_facts.items()))
    return [repr(part) for part in (parts, parts[:2], parts[1:], parts[1])]


def plain(known, user, its_facts, its_previous, space):
    """The interpolation as its source writes it, from the most general case to the most particular."""
    shares = {a: sum(a in taken for *_, taken in known) / len(known) for a in space}
    for level, case in reversed(list(enumerate(cases(user, its_facts, its_previous)))):
        same = [taken for *its, taken in known if cases(*its)[level] == case]
        counts = Counter(a for taken in same for a in taken)
        if same:
            whole = len(same) + len(counts)
            shares = {a: (counts[a] + len(counts) * shares[a]) / whole for a in space}
    return [shares[a] for a in space]


@examples(150)
@given(known=decisions, asked=st.tuples(texts, facts, previous), weight=st.floats(0.01, 0.99))
def test_the_shares_are_those_of_the_plain_formula(known, asked, weight):
    counts = BaselineCounts()
    for user, its_facts, its_previous, taken in known:
        # An example of two turns: the second's previous actions are the first's.
        turns = (Turn(user, taken, its_facts),)
        if its_previous is None:
            counts.add(Example(turns, ((taken,),)))
        else:
            counts.add(Example((Turn(None, its_previous), *turns), ((taken,),)))
    space = ActionSpace(["ask", "serve", "bye", 'quo"te'], multi=True, may_be_empty=True)
    table = CountTable.from_counts(counts, counts.baselines(), space, weight)
    turn = Turn(asked[0], (), asked[1])
    expected = np.array(plain(known, *asked, space))
    np.testing.assert_allclose(table.distribution(turn, asked[2]), expected, atol=1e-6)
    network = np.linspace(0, 1, 4, dtype=np.float32)
    before = network.copy()
    mixed = table.mix(network, turn, asked[2])
    np.testing.assert_allclose(mixed, (1 - weight) * before + weight * expected, atol=1e-6)
    np.testing.assert_array_equal(network, before)
    again = CountTable.from_arrays(table.to_arrays(), table.baselines, 4, weight)
    np.testing.assert_array_equal(again.mix(network, turn, asked[2]), mixed)


@pytest.mark.quick
@given(user=texts, its_facts=facts, before=previous)
def test_a_case_has_the_hash_that_saved_models_know(user, its_facts, before):
    normal = turncast.features.text.words.normalise
    parts = {
        "user": "" if user is None else "+" + " ".join(normal(user).split()),
        "previous": "" if before is None else "+" + json.dumps(sorted(before)),
        "facts": json.dumps(
            sorted((name, str(v).lower() if v is True else str(v)) for name, v in its_facts.items())
        ),
    }
    levels = [("user", "previous", "facts"), ("user", "previous"), ("previous", "facts"), ("previous",), ()]
    cases = (json.dumps([parts[part] for part in level]).encode() for level in levels)
    hashes = [hashlib.blake2b(case, digest_size=8).digest() for case in cases]
    assert case_hashes(Turn(user, (), its_facts), before) == [int.from_bytes(h, "big") for h in hashes]


@pytest.fixture(scope="module")
def mixed():
    return turncast.train(tiny(), network=SMALL, config=QUICK.model_copy(update={"count_table": 0.4}))


def test_a_share_of_each_prediction_is_the_counts(mixed, policy):
    assert mixed.table.weight == 0.4
    for dialogue in tiny("other"):
        for (turn, before, _), prediction, alone in zip(
            mixed.config.layout_row.example(dialogue).decisions,
            untempered(mixed).predict(dialogue),
            untempered(policy).predict(dialogue),
            strict=True,
        ):
            counted = mixed.table.distribution(turn, before)
            np.testing.assert_allclose(counted.sum(), 1, atol=1e-6)
            expected = 0.6 * alone.probabilities + 0.4 * counted
            np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-6)


def test_many_conversations_get_it_too(mixed):
    states = [mixed.start(), mixed.step(mixed.start(), Turn("a tea please", ("ask_size",)))[1]]
    turns = [Turn("a tea please"), Turn("small")]
    for state, turn, (prediction, _) in zip(states, turns, mixed.step_many(states, turns), strict=True):
        alone, _ = mixed.step(state, turn)
        np.testing.assert_allclose(prediction.probabilities, alone.probabilities, atol=1e-6)


def test_it_is_saved_with_the_model(mixed, policy, tmp_path):
    loaded = Policy.load(mixed.save(tmp_path / "model"))
    assert json.loads((tmp_path / "model" / "manifest.json").read_text())["count_table"] == 0.4
    for dialogue in tiny("other"):
        for before, after in zip(mixed.predict(dialogue), loaded.predict(dialogue), strict=True):
            np.testing.assert_array_equal(before.probabilities, after.probabilities)
    assert not (policy.save(tmp_path / "without") / "count_table.safetensors").exists()
    (tmp_path / "model" / "count_table.safetensors").unlink()
    with pytest.raises(ModelError, match=r"count_table\.safetensors is missing; restore it"):
        Policy.load(tmp_path / "model")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_takes_it_or_refuses_it(layout):
    config = QUICK.model_copy(update={"epochs": 1, "count_table": 0.5})
    if layout == "one-to-many":
        with pytest.raises(ConfigError, match=r"^setting 'count_table' is 0\.5; one-to-many takes no table"):
            turncast.train(drinks_corpus(), network=LAYOUTS[layout], config=config)
        return
    policy = untempered(turncast.train(drinks_corpus(), network=LAYOUTS[layout], config=config))
    without = replace(policy, table=None)
    dialogue = drinks_corpus().dialogues[0]
    for prediction, alone in zip(policy.predict(dialogue), without.predict(dialogue), strict=True):
        assert not np.allclose(prediction.probabilities, alone.probabilities)
        for ahead, same in zip(prediction.ahead, alone.ahead, strict=True):
            np.testing.assert_array_equal(ahead.probabilities, same.probabilities)


@pytest.mark.parametrize("multi", [False, *large(True)], ids=["one action", "several"])
def test_auto_takes_the_share_that_is_best_on_dev(multi):
    """A network that has learned nothing is helped by counts; one that knows all is not."""
    corpus, dev = tiny(multi=multi), tiny("dev", 6, multi=multi)
    poor = QUICK.model_copy(update={"epochs": 1, "learning_rate": 1e-6, "count_table": "auto"})
    network = turncast.NetworkConfig(units=16, dropout=0.0)
    helped = turncast.train(corpus, dev, network=network, config=poor)
    right = turncast.evaluate(helped, dev).turns.part
    assert helped.table is not None
    assert right > turncast.evaluate(replace(helped, table=None), dev).turns.part
    good = TrainConfig(
        epochs=25, patience=25, batch_turns=64, learning_rate=0.02, count_table="auto", label_smoothing=0
    )
    network = turncast.NetworkConfig(units=16, dropout=0.0)
    known = turncast.train(corpus, dev, network=network, config=good)
    assert turncast.evaluate(known, dev).turn_accuracy == 1.0
    assert known.table is None


@pytest.mark.parametrize("given", ["often", "0", 1, -0.1, None, True])
def test_an_invalid_share_is_refused(given):
    with pytest.raises(ConfigError, match="give off, auto or a weight between 0 and 1"):
        TrainConfig(count_table=given)
    assert TrainConfig(count_table="0.25").count_table == 0.25


def test_the_temperature_is_that_of_the_mixed_probabilities(mixed):
    decision = replace(mixed.decision, temperature=2.0)
    for dialogue in tiny("other"):
        warm, plain = (
            one.predict(dialogue) for one in (replace(mixed, decision=decision), untempered(mixed))
        )
        for prediction, before in zip(warm, plain, strict=True):
            expected = np.sqrt(before.probabilities) / np.sqrt(before.probabilities).sum()
            np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-6)
