"""`--max-error`: from the training to the answer, and what is refused."""

import json
from dataclasses import replace

import pytest

from support.cli import TRAIN, refused, run
from support.corpora import tiny
from turncast import Policy
from turncast.data import convert
from turncast.policy.decision import ALWAYS_ABSTAIN, Decision
from turncast.policy.risk import RiskCurve


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    path = tmp_path_factory.mktemp("corpus") / "tiny.jsonl"
    convert(tiny(dialogues=40), path)
    return path


@pytest.fixture(scope="module")
def unsure(policy, corpus, tmp_path_factory):
    """A model whose dev part allows at most 5% errors from its median confidence upwards."""
    confidences = sorted(p.confidence for dialogue in tiny(dialogues=40) for p in policy.predict(dialogue))
    decision = replace(policy.decision, risk=RiskCurve((confidences[50], 0.0), (60, 110), (0, 50)))
    return replace(policy, decision=decision).save(tmp_path_factory.mktemp("model") / "model")


def test_train_stores_what_abstaining_needs(corpus, tmp_path):
    model = tmp_path / "model"
    done = run("train", corpus, "--out", model, *TRAIN, "--max-error", "0.02")
    assert done.returncode == 0, done.stderr
    assert "abstains always" in done.stdout  # 11 turns are too few to show an error rate
    policy = Policy.load(model)
    assert policy.card.train.max_error == 0.02
    assert policy.decision.abstain_below == ALWAYS_ABSTAIN
    assert policy.decision.risk.answered[-1] == 11
    records = [json.loads(line) for line in run("predict", model, corpus).stdout.splitlines()]
    assert all(record["abstains"] for record in records)
    shown = run("chat", model, stdin="a tea please\n").stdout
    assert "it abstains always; give the action with /do ACTION" in shown
    assert "system: " not in shown


@pytest.mark.quick
def test_evaluate_chooses_on_the_dev_part(unsure, corpus):
    report = json.loads(run("evaluate", unsure, corpus, "--max-error", "0.05", "--json").stdout)
    abstaining = report["calibration"]["abstaining"]
    policy = Policy.load(unsure)
    assert policy.decision.abstain_below == 0.0 < abstaining["below"] == policy.decision.risk.thresholds[0]
    confidences = [p.confidence for dialogue in tiny(dialogues=40) for p in policy.predict(dialogue)]
    assert (abstaining["decisions"], abstaining["answered"]) == (
        110,
        sum(p >= abstaining["below"] for p in confidences),
    )
    assert (abstaining["dev"]["answered"], abstaining["dev"]["wrong"]) == (60, 0)


def test_a_wrong_error_rate_is_refused(unsure, policy, corpus, tmp_path):
    message = refused(run("evaluate", unsure, corpus, "--max-error", "2"))
    assert message == "max_error is 2.0; give a share above 0 and at most 1, as 0.02"
    message = refused(run("train", corpus, "--out", tmp_path / "m", "--max-error", "0"))
    assert message == "setting 'max_error' is 0.0; input should be greater than 0"
    old = replace(policy, decision=Decision()).save(tmp_path / "old")
    message = refused(run("evaluate", old, corpus, "--max-error", "0.1"))
    assert message == "the model has no risk curve of a dev part; train it again"
