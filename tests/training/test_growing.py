"""Growing: what was known stays at its place, what is new is added, and the parent is not changed."""

from dataclasses import replace

import numpy as np
import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny, untempered
from support.large import large
from support.layouts import LAYOUTS, drinks_corpus
from turncast import Corpus, Dialogue, EncoderConfig, NetworkConfig, Policy, TrainConfig, Turn
from turncast.config import Configuration
from turncast.errors import ConfigError, CorpusError, ModelError
from turncast.features import CorpusStatistics
from turncast.network import build_network, read_weights
from turncast.training import with_replay
from turncast.training.grow import Growth, grown_space, inherit_settings

STILL = 1e-30
"""A learning rate at which nothing is learned."""


def newer(name="newer", dialogues=12, multi=False) -> Corpus:
    """Return dialogues with words, actions, facts and values new to `drinks_corpus`, and some that it has."""
    made = []
    for number, dialogue in enumerate(drinks_corpus(name, dialogues, multi)):
        first, *others = dialogue.turns
        cake = Turn(
            "some cake please", ("offer_cake",), {"area": ("north", "south")[number % 2], "stock": "none"}
        )
        made.append(replace(dialogue, turns=(cake, first, *others)))
    return Corpus(name, made)


def logits(policy, dialogue, actions):
    """Return the logits of some actions at each decision, up to what is the same for all of them."""
    rows = []
    for prediction in untempered(policy).predict(dialogue):
        for one in (prediction, *prediction.ahead):
            row = np.log([one.probability_of(action) for action in actions])
            rows.append(row - row.mean())
    return np.array(rows)


@pytest.mark.parametrize(
    ("layout", "words"),
    [
        *((layout, "bits") for layout in ("many-to-many-2", "many-to-one", "one-to-one")),
        *large(("many-to-many-2", "lstm"), ("many-to-many-1", "bits"), ("one-to-many", "bits")),
        *large(("its beginning", "bits")),
    ],
)
def test_before_training_it_predicts_like_its_parent(layout, words):
    network = LAYOUTS[layout].model_copy(update={"words": words, "word_units": 4})
    once = QUICK.model_copy(update={"epochs": 1})
    parent = turncast.train(drinks_corpus(), network=network, config=once)
    child = turncast.train(newer(), parent=parent, config=TrainConfig(epochs=1, learning_rate=STILL))
    actions = list(parent.space)
    assert list(child.space)[: len(actions)] == actions
    if network.layout != "many-to-one":
        assert "offer_cake" in child.space
        assert child.encoder.width > parent.encoder.width
    for dialogue in drinks_corpus("old", 6):
        before, after = (logits(policy, dialogue, actions) for policy in (parent, child))
        np.testing.assert_allclose(after, before, atol=2e-6)


@pytest.mark.quick
def test_new_words_actions_and_facts_are_known(policy):
    child = turncast.train(newer(), parent=policy, config=QUICK)
    old, new = (
        {encoder.label(bit) for bit in range(encoder.width)} for encoder in (policy.encoder, child.encoder)
    )
    assert new - old == {
        "some",
        "cake",
        "previous: offer_cake",
        "area=north",
        "area=south",
        "area is unknown",
    }
    assert old < new
    assert child.card.parent == {"digest": policy.digest, "corpus": dict(policy.card.corpus)}
    assert policy.card.parent is None


def test_it_learns_the_new_and_keeps_the_old(tmp_path):
    config = TrainConfig(epochs=15, patience=15, batch_turns=64, learning_rate=0.02, seed=1)
    network = NetworkConfig(units=16, dropout=0.0)
    parent = turncast.train(tiny(), tiny(), network=network, config=config)
    folder = parent.save(tmp_path / "parent")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    new = newer()
    child = turncast.train(with_replay(new, tiny(), seed=1), new, parent=Policy.load(folder))
    assert turncast.evaluate(parent, new).turn_accuracy < 0.9
    assert turncast.evaluate(child, new).turn_accuracy == 1.0
    assert turncast.evaluate(child, tiny()).turn_accuracy == 1.0
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
    loaded = Policy.load(child.save(tmp_path / "child"))
    assert loaded.card.parent == child.card.parent
    assert loaded.predict(new.dialogues[0])[0].actions == ("offer_cake",)


def test_each_member_grows_from_its_own():
    parent = turncast.train(tiny(), network=SMALL, config=QUICK.model_copy(update={"seeds": 2}))
    child = turncast.train(newer(), parent=parent, config=TrainConfig(epochs=1, learning_rate=STILL))
    assert child.members == 2
    old = len(parent.space)
    np.testing.assert_array_equal(
        child.weights["actions/kernel"][..., :old], parent.weights["actions/kernel"]
    )
    for name in ("hidden_0/kernel", "hidden_0/recurrent_kernel", "bit_dense/bias"):
        np.testing.assert_array_equal(child.weights[name], parent.weights[name])


def test_a_stopped_growing_resumes(policy, tmp_path):
    from turncast.training.progress import NoProgress

    class Stops(NoProgress):
        def epoch(self, record):
            import signal

            signal.raise_signal(signal.SIGINT)

    given = {"parent": policy, "config": QUICK, "checkpoint": tmp_path / "checkpoint"}
    straight = turncast.train(newer(), parent=policy, config=QUICK)
    assert turncast.train(newer(), **given, progress=Stops()).card.interrupted
    other = replace(policy, weights={name: array + 1 for name, array in policy.weights.items()})
    with pytest.raises(ModelError, match="the checkpoint differs in parent"):
        turncast.train(newer(), **given | {"parent": other}, resume=True)
    resumed = turncast.train(newer(), **given, resume=True)
    for name, array in straight.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], array)


def test_rows_of_bits_go_where_their_bits_went(policy):
    statistics = CorpusStatistics.from_corpus(newer())
    encoder = policy.encoder.extend(statistics.encoder())
    bits = encoder.origins(policy.encoder)
    assert sorted(bits[bits >= 0]) == list(range(policy.encoder.width))
    for bit, old in enumerate(bits):
        if old >= 0:
            assert encoder.label(bit) == policy.encoder.label(int(old))
    space = grown_space("newer", policy.space, statistics.action_space())
    model = build_network(
        policy.config, num_features=encoder.width, num_actions=len(space), multi=False, seed=9
    )
    fresh = read_weights(model)
    weights = Growth(policy, encoder).weights(0, fresh)
    table = weights["bit_dense/kernel"]
    np.testing.assert_array_equal(table[bits >= 0], policy.weights["bit_dense/kernel"][bits[bits >= 0]])
    np.testing.assert_array_equal(table[bits < 0], fresh["bit_dense/kernel"][bits < 0])


def test_numbers_and_pieces_stay_as_they_were():
    old, new = (
        CorpusStatistics.from_corpus(corpus, config=EncoderConfig(tokenizer="bpe")).encoder("lstm")
        for corpus in (tiny(), newer())
    )
    encoder = old.extend(new)
    assert encoder.tokenizer.to_json() == old.tokenizer.to_json() != new.tokenizer.to_json()
    edges = {fact["name"]: fact.get("edges") for fact in encoder.to_json()["blocks"][1]["facts"]}
    assert edges["stock"] == [0.5, 1.5]
    assert list(edges) == ["paid", "stock", "area"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (
            {"network": NetworkConfig(layout="one-to-one")},
            r"'layout' is 'one-to-one', the model .* 'many-to-many-2'",
        ),
        ({"network": NetworkConfig(cell="gru")}, r"'cell' is 'gru', the model to grow from has 'lstm'"),
        (
            {"network": NetworkConfig(words="mean")},
            r"'words' is 'mean', the model to grow from has 'bits'",
        ),
        ({"encoder": EncoderConfig(tokenizer="bpe")}, r"'tokenizer' is 'bpe', the model .* has 'words'"),
        ({"config": TrainConfig(seeds=3)}, r"'seeds' is 3, the model to grow from has 1; leave it out"),
    ],
)
def test_mismatches_are_refused(policy, given, message):
    with pytest.raises(ConfigError, match=message):
        turncast.train(newer(), parent=policy, **given)


def test_several_actions_do_not_fit_one(policy):
    with pytest.raises(CorpusError, match="newer: turns take several actions or none, and the model"):
        turncast.train(newer(multi=True), parent=policy)


def test_one_action_a_turn_fits_several(multi_policy):
    child = turncast.train(newer(), parent=multi_policy, config=TrainConfig(epochs=1))
    assert child.space.multi


def test_settings_that_are_not_said_are_as_they_were(policy):
    trained = policy.card.train.model_copy(update={"epoch_batches": 4})
    policy = replace(policy, card=replace(policy.card, train=trained))
    inherited = inherit_settings(
        policy, Configuration.from_settings({"dropout": 0.5, "epochs": 7, "min_count": 1})
    )
    config = inherited.training
    assert inherited.network == policy.config.model_copy(update={"dropout": 0.5})
    assert inherited.encoder == policy.card.encoder.model_copy(update={"min_count": 1})
    assert config.learning_rate < policy.card.train.learning_rate
    assert config.epoch_batches == 1
    changed = {"epochs": 7, "devices": 0, "learning_rate": config.learning_rate, "epoch_batches": 1}
    assert config == policy.card.train.model_copy(update=changed)
    assert inherit_settings(policy, inherited) == inherited
    rate = policy.card.train.learning_rate
    given = Configuration.from_settings({"learning_rate": rate})
    assert inherit_settings(policy, given).training.learning_rate == rate


def test_replay_mixes_in_at_most_as_many_old_dialogues():
    new, old = tiny("new", 4), tiny("old", 12)
    mixed = with_replay(new, old, seed=1)
    ids = [dialogue.id for dialogue in mixed]
    assert ids[:4] == [dialogue.id for dialogue in new]
    assert len(ids) == 8
    assert ids == [dialogue.id for dialogue in with_replay(new, old, seed=1)]
    assert ids != [dialogue.id for dialogue in with_replay(new, old, seed=2)]
    assert len(list(with_replay(old, new, seed=1))) == 16


def test_bits_with_equal_labels_keep_their_weights():
    turns = [Turn("a", ("x",), {"a": "b=c", "a=b": "c"}), Turn("a", ("y",), {"a": "b=c", "a=b": "c"})]
    encoder = CorpusStatistics.from_corpus([Dialogue("d", turns)]).encoder()
    labels = [encoder.label(bit) for bit in range(encoder.width)]
    assert len(set(labels)) < encoder.width
    assert encoder.extend(encoder).origins(encoder).tolist() == list(range(encoder.width))
