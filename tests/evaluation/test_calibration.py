"""Whether probabilities can be believed: by definition, and in the report."""

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.evaluation import text_of
from turncast import evaluate
from turncast.evaluation.calibration import Reliability
from turncast.policy.decision import ALWAYS_ABSTAIN, Decision
from turncast.policy.risk import RiskCurve

BINS = 15


@pytest.mark.quick
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40))
def test_the_expected_calibration_error_by_its_definition(pairs):
    confidences, right = np.array([p for p, _ in pairs], float), np.array([ok for _, ok in pairs], bool)
    reliability, error = Reliability.from_decisions(confidences, right), 0.0
    for number in range(BINS):
        low, high = number / BINS, (number + 1) / BINS
        inside = [(p, ok) for p, ok in pairs if (low < p * 1.0 <= high) or (number == 0 and p == 0)]
        if inside:
            shares, rights = zip(*inside, strict=True)
            error += abs(np.mean(rights) - np.mean(shares)) * len(inside) / len(pairs)
    assert sum(one.right.whole for one in reliability.bins) == len(pairs)
    assert sum(one.right.part for one in reliability.bins) == right.sum()
    edges = any(0 < abs(p * BINS - round(p * BINS)) < 1e-9 for p, _ in pairs)  # rounding chooses the bin
    assert edges or reliability.error == pytest.approx(error)


def test_calibration_with_and_without_temperature(policy):
    corpus = tiny("test", 30)
    cold, warm = (replace(policy, decision=Decision(temperature=t)) for t in (1.0, 3.0))
    one, two = evaluate(cold, corpus).calibration, evaluate(warm, corpus).calibration
    assert (one.before, one.dev, two.dev) == (None, None, None)
    assert two.before.error == pytest.approx(one.reliability.error, abs=1e-5)
    assert two.reliability.error != pytest.approx(one.reliability.error, abs=1e-3)
    assert (one.answered.part, one.answered.whole) == (83, 83)
    assert one.wrong.whole - one.wrong.part == evaluate(cold, corpus).turns.part
    text = text_of(evaluate(warm, corpus))
    assert f"{two.reliability.error:.3f}; {one.reliability.error:.3f} without the temperature" in text
    assert "abstains" not in text


def test_the_effect_of_abstaining(policy):
    corpus = tiny("test", 30)
    confidences = sorted(p.confidence for dialogue in corpus for p in policy.predict(dialogue))
    below = confidences[40]
    decision = Decision(abstain_below=below, risk=RiskCurve((below, 0.1), (60, 100), (1, 30)))
    report = evaluate(
        replace(policy, decision=replace(decision, temperature=policy.decision.temperature)), corpus
    )
    answered, wrong = report.calibration.answered, report.calibration.wrong
    assert (answered.part, answered.whole) == (sum(p >= below for p in confidences), 83)
    abstaining = report.to_json()["calibration"]["abstaining"]
    assert (abstaining["below"], abstaining["answered"], abstaining["wrong"]) == (
        below,
        answered.part,
        wrong.part,
    )
    assert (abstaining["dev"]["answered"], abstaining["dev"]["wrong"], abstaining["dev"]["decisions"]) == (
        60,
        1,
        100,
    )
    assert f"abstains below {below:.3f}" in text_of(report)
    assert "answers 60.0% (60 of 100), wrong 1.7% (1 of 60)" in text_of(report)
    always = evaluate(replace(policy, decision=replace(decision, abstain_below=ALWAYS_ABSTAIN)), corpus)
    assert always.calibration.answered.part == 0
    assert "abstains always" in text_of(always)


def test_several_actions_are_as_sure_as_their_set(multi_policy):
    report = evaluate(replace(multi_policy, decision=Decision(temperature=2.0)), tiny("test", multi=True))
    assert report.calibration.before is None
    sums = sum(one.confidence for one in report.calibration.reliability.bins)
    warm = replace(multi_policy, decision=Decision(temperature=2.0))
    assert sums == pytest.approx(
        sum(p.confidence for dialogue in tiny("test", multi=True) for p in warm.predict(dialogue))
    )


def test_the_json_can_be_read(policy):
    record = json.loads(json.dumps(evaluate(policy, tiny("test", 200)).to_json()))["calibration"]
    assert len(record["bins"]) == BINS
    assert sum(one["decisions"] for one in record["bins"]) == record["risk"]["answered"][-1]
    assert len(record["risk"]["thresholds"]) <= 100
    assert 0 <= record["risk_area"] <= 1
