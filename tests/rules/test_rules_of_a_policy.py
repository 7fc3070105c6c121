"""Rules in a policy: the same in training, live, in batches, saved and in sessions."""

import json
from dataclasses import replace

import numpy as np
import pytest

import turncast
from support.cli import refused as refused_command
from support.cli import run
from support.corpora import QUICK, SMALL, tiny
from turncast import Corpus, Dialogue, Policy, Session, TrainConfig, Turn
from turncast.errors import ConfigError
from turncast.features import CorpusStatistics, encode
from turncast.rules import CompiledRules, rules_from_json
from turncast.training.losses import turn_losses
from turncast.training.rule_masks import add_refusals, mask_refused, rule_breaking

RULES = rules_from_json([{"allow": "confirm", "when": {"taken": "ask_size"}, "because": "no size yet"}])


@pytest.fixture(scope="module")
def ruled():
    return turncast.train(tiny(), network=SMALL, config=QUICK, rules=RULES)


@pytest.mark.quick
def test_a_refused_action_has_no_probability_and_gives_its_reason(ruled):
    session = Session(ruled)
    prediction = session.observe("a tea please")
    assert prediction.refused == {"confirm": "no size yet"}
    assert prediction.probability_of("confirm") == 0
    assert prediction.probabilities.sum() == pytest.approx(1)
    assert "confirm" not in prediction.actions
    session.commit(["ask_size"])
    prediction = session.observe("large")
    assert prediction.refused == {}
    assert prediction.probability_of("confirm") > 0


def test_stepping_saving_and_resuming_keep_the_rules(ruled, tmp_path):
    again = Policy.load(ruled.save(tmp_path / "model"))
    assert again.digest == ruled.digest != replace(ruled, rules=turncast.rules.NO_RULES).digest
    for dialogue in tiny("other"):
        one, other = ruled.predict(dialogue), again.predict(dialogue)
        states = [ruled.start()]
        session = Session(ruled)
        for turn, expected, loaded in zip(dialogue, one, other, strict=True):
            ((many, state),) = ruled.step_many(states, [turn])
            states = [state]
            live = session.observe(turn.user, turn.facts)
            session.commit(turn.actions, turn.response)
            session = Session.resume(ruled, session.state, session.events)
            for prediction in (many, loaded, live):
                np.testing.assert_allclose(prediction.probabilities, expected.probabilities, atol=1e-6)
                assert prediction.refused == expected.refused


def test_where_all_is_refused_there_is_no_action():
    rules = rules_from_json([{"forbid": "*", "when": {"says": "stop"}}])
    for multi in (False, True):
        policy = turncast.train(tiny(multi=multi), network=SMALL, config=QUICK, rules=rules)
        prediction = Session(policy).observe("stop")
        assert (prediction.actions, prediction.abstains, prediction.probability) == ((), True, 0)


@pytest.mark.parametrize("multi", [False, True])
def test_the_loss_leaves_refused_actions_out(multi):
    logits = np.array([[[2.0, 1.0, 0.5, -1.0]]], np.float32)
    targets = np.array([[[1, -1 - 0, 5]]], np.int32)  # action 1 is right, action 0 is refused, 5 fills up
    other = np.array([[[-30.0, 1.0, 0.5, -1.0]]], np.float32)
    losses = [
        float(turn_losses(targets, given, multi, 0.1, has_rules=True)[0, 0]) for given in (logits, other)
    ]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)
    if not multi:
        chances = np.exp(logits[0, 0, 1:]) / np.exp(logits[0, 0, 1:]).sum()
        wanted = 0.9 * np.array([1, 0, 0]) + 0.1 / 3
        assert losses[0] == pytest.approx(-(wanted * np.log(chances)).sum(), rel=1e-5)


def test_turns_that_break_rules_are_counted_and_not_learned_from():
    good = Dialogue("good", [Turn("hi", ("greet",)), Turn("tea", ("serve",))])
    broken = Dialogue("broken", [Turn("tea", ("serve",)), Turn("hi", ("greet",))])
    corpus = Corpus("both", [good, broken] * 10)
    corpus = Corpus("both", [replace(d, id=str(n)) for n, d in enumerate(corpus)])
    rules = rules_from_json([{"order": ["greet", "serve"]}])
    statistics = CorpusStatistics.from_corpus(corpus)
    encoded = encode(corpus, statistics.encoder(), statistics.action_space())
    compiled = CompiledRules(rules, statistics.action_space())
    assert rule_breaking(add_refusals(encoded, corpus, compiled)).tolist() == [False, False, True, False] * 10
    policy = turncast.train(corpus, corpus, network=SMALL, config=TrainConfig(epochs=3, seed=1), rules=rules)
    assert policy.card.corpus["turns_that_break_rules"] == 10
    assert np.isfinite([record["loss"] for record in policy.card.metrics]).all()
    assert policy.predict(broken)[0].actions == ("greet",)


def test_permitted_probabilities_sum_to_one():
    probabilities = np.full((1, 2, 4), 0.25, np.float32)
    targets = np.array([[[1, -1, -4], [2, 5, 5]]], np.int32)
    masked = mask_refused(probabilities, targets, multi=False)
    assert masked.tolist() == [[[0, 0.5, 0.5, 0], [0.25] * 4]]


def test_rules_that_cannot_be_satisfied_are_refused():
    network = turncast.NetworkConfig(layout="one-to-many")
    with pytest.raises(ConfigError, match="rules need an action at every turn"):
        turncast.train(tiny(), network=network, config=QUICK, rules=RULES)
    with pytest.raises(
        ConfigError, match=r"^rules, rule 1: no action is named 'confrim'; did you mean 'conf"
    ):
        turncast.train(tiny(), network=SMALL, config=QUICK, rules=rules_from_json([{"once": "confrim"}]))


def test_the_command_line(tmp_path):
    corpus = tmp_path / "tea.jsonl"
    corpus.write_text("".join(turncast.readers.to_json(dialogue) + "\n" for dialogue in tiny(dialogues=40)))
    suggested = run("rules", "suggest", corpus, "--support", "10").stdout
    (tmp_path / "rules.yml").write_text(suggested)
    assert "when: {" in suggested
    assert '"' not in suggested  # plain words, as in the documentation
    assert run("rules", "check", tmp_path / "rules.yml", corpus).stdout.startswith("None of ")
    (tmp_path / "odd.yml").write_text("- forbid: confirm\n")
    broken = json.loads(run("rules", "check", tmp_path / "odd.yml", corpus, "--json").stdout)["broken"]
    assert (broken[0]["action"], broken[0]["reason"]) == ("confirm", "never")
    arguments = ("train", corpus, "--out", tmp_path / "model", "--rules", tmp_path / "odd.yml")
    run(*arguments, "--epochs", "1", "--units", "8")
    first = json.loads(run("predict", tmp_path / "model", corpus).stdout.splitlines()[0])
    assert first["refused"] == {"confirm": "never"}
    (tmp_path / "bad.yml").write_text("- forbd: confirm\n")
    said = refused_command(run("rules", "check", tmp_path / "bad.yml", corpus))
    assert said == f"{tmp_path}/bad.yml line 1: 'forbd' is not a kind of rule; did you mean 'forbid'?"
