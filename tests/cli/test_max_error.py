"""`--max-error`: from the training to the answer, and what is refused."""

import json
from dataclasses import replace

import pytest

from support.cli import refused, run
from support.corpora import tiny
from turncast import Policy
from turncast.policy.decision import ALWAYS_ABSTAIN, Decision
from turncast.policy.risk import RiskCurve
from turncast.readers import to_json


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "tiny.jsonl"
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in tiny(dialogues=40)))
    return path


@pytest.fixture(scope="module")
def unsure(policy, corpus, tmp_path_factory):
    """A model whose dev part promises 5% from the middle of what it is sure of on."""
    sure = sorted(p.confidence for dialogue in tiny(dialogues=40) for p in policy.predict(dialogue))
    decision = replace(policy.decision, risk=RiskCurve((sure[50], 0.0), (60, 110), (0, 50)))
    return replace(policy, decision=decision).save(tmp_path_factory.mktemp("model") / "model")


def test_train_stores_what_abstaining_needs(corpus, tmp_path):
    model = tmp_path / "model"
    settings = ["--epochs", "1", "--units", "4", "--set", "batch_turns=64", "--max-error", "0.02"]
    done = run("train", corpus, "--out", model, *settings)
    assert done.returncode == 0, done.stderr
    assert "abstains always" in done.stdout  # some 11 turns show no error rate
    policy = Policy.load(model)
    assert policy.card.train.max_error == 0.02
    assert policy.decision.abstain_below == ALWAYS_ABSTAIN
    assert policy.decision.risk.answered[-1] == 11
    told = [json.loads(line) for line in run("predict", model, corpus).stdout.splitlines()]
    assert all(one["abstains"] for one in told)
    said = run("chat", model, stdin="a tea please\n").stdout
    assert "sure, it abstains always; /do ACTION says what is done" in said
    assert "system: " not in said


def test_evaluate_chooses_on_the_dev_part(unsure, corpus):
    report = json.loads(run("evaluate", unsure, corpus, "--max-error", "0.05", "--json").stdout)
    told = report["calibration"]["abstaining"]
    policy = Policy.load(unsure)
    assert policy.decision.abstain_below == 0.0 < told["below"] == policy.decision.risk.thresholds[0]
    sure = [p.confidence for dialogue in tiny(dialogues=40) for p in policy.predict(dialogue)]
    assert (told["decisions"], told["answered"]) == (110, sum(p >= told["below"] for p in sure))
    assert (told["dev"]["answered"], told["dev"]["wrong"]) == (60, 0)


def test_a_wrong_error_rate_is_refused(unsure, policy, corpus, tmp_path):
    said = refused(run("evaluate", unsure, corpus, "--max-error", "2"))
    assert said == "max_error is 2.0; give a share above 0 and at most 1, as 0.02"
    said = refused(run("train", corpus, "--out", tmp_path / "m", "--max-error", "0"))
    assert said == "setting 'max_error' is 0.0; input should be greater than 0"
    old = replace(policy, decision=Decision()).save(tmp_path / "old")
    said = refused(run("evaluate", old, corpus, "--max-error", "0.1"))
    assert said == "the model does not know its errors on a dev part; train it again"
