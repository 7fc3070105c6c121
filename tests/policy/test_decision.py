"""How probabilities become what is done, the same on every path, and saved."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from turncast import ActionSpace, Policy, Prediction
from turncast.errors import ConfigError
from turncast.policy.decision import ALWAYS_ABSTAIN, Decision, tempered
from turncast.policy.known_sets import KnownSets
from turncast.policy.risk import RiskCurve
from turncast.runtime import OnnxNetwork
from turncast.runtime.weights import apply_temperature

NAMES = ("a", "b", "c")
SPACE = ActionSpace(NAMES, multi=True)
shares = st.floats(0.01, 0.99)
each = st.lists(shares, min_size=3, max_size=3)
subsets = [names for size in range(4) for names in itertools.combinations(NAMES, size)]
set_counts = st.dictionaries(st.sampled_from(subsets), st.integers(1, 9), min_size=1)


@pytest.mark.quick
@given(each, set_counts, st.sampled_from([0.0, 0.5, 1.0]))
def test_the_most_probable_known_set_by_its_definition(probabilities, counts, weight):
    def worth(names):
        odds = (p if name in names else 1 - p for name, p in zip(NAMES, probabilities, strict=True))
        return np.prod(list(odds)) * (counts[names] / sum(counts.values())) ** weight

    known = KnownSets.from_counts(counts, SPACE, weight)
    bits, probability = known.most_probable(np.array(probabilities))
    worths = {names: worth(names) for names in counts}
    taken = SPACE.actions(bits)
    assert worths[taken] == pytest.approx(max(worths.values()))
    assert probability == pytest.approx(worths[taken] / sum(worths.values()))


def test_the_most_frequent_sets_are_kept_in_any_order():
    known = KnownSets.from_counts({("a", "b"): 2, ("b", "a"): 2, ("c",): 3, ("a",): 1}, SPACE, 1.0, most=2)
    assert [SPACE.actions(row) for row in known.members] == [("a", "b"), ("c",)]
    assert known.counts.tolist() == [4, 3]


@given(each, each)
def test_thresholds_take_no_empty_set_where_training_has_none(probabilities, thresholds):
    decision, predicted = Decision(thresholds=np.array(thresholds)), np.array(probabilities)
    bits, sure = decision.decide(predicted, SPACE)
    expected = predicted >= thresholds
    if not expected.any():
        assert SPACE.actions(bits) == (NAMES[int(predicted.argmax())],)
        empty = ActionSpace(NAMES, multi=True, may_be_empty=True)
        assert not decision.decide(predicted, empty)[0].any()
    else:
        np.testing.assert_array_equal(bits, expected)
    assert sure == pytest.approx(np.prod(np.where(bits, predicted, 1 - predicted)))


def test_the_confidence_of_one_action_is_its_probability():
    prediction = Prediction(np.array([0.2, 0.5, 0.3]), ActionSpace(NAMES))
    assert prediction.confidence == prediction.probability == 0.5
    assert [prediction.abstaining_below(p).abstains for p in (0.0, 0.5, 0.51, ALWAYS_ABSTAIN)] == [
        False,
        False,
        True,
        True,
    ]


def test_doing_nothing_can_be_sure():
    prediction = Prediction(np.array([0.1, 0.1, 0.2]), ActionSpace(NAMES, multi=True, may_be_empty=True))
    assert prediction.actions == ()
    assert prediction.confidence == pytest.approx(0.9 * 0.9 * 0.8)


@given(each, st.floats(0.5, 5), st.booleans())
def test_tempering_back_is_where_it_came_from(values, temperature, multi):
    probabilities = np.array(values) if multi else np.array(values) / sum(values)
    there = tempered(probabilities, temperature, multi)
    np.testing.assert_allclose(tempered(there, 1 / temperature, multi), probabilities, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("which", ["policy", "multi_policy"])
def test_a_temperature_is_in_every_path(which, request, tmp_path):
    cold = replace(request.getfixturevalue(which), decision=Decision())
    warm = replace(cold, decision=Decision(temperature=2.5))
    dialogue, multi = tiny("other").dialogues[0], cold.space.multi
    assert warm.digest == cold.digest
    network = OnnxNetwork(warm.export_onnx(tmp_path / "warm.onnx").path)
    states = network.start(1)
    one, two = warm.start(), cold.start()
    for turn, predicted in zip(dialogue, warm.predict(dialogue), strict=True):
        bits = warm.encoder.encode(turn, one.memory)[0].bits
        probabilities, states = network.step(states, [bits])
        together = [prediction for prediction, _ in warm.step_many([one, one], [turn, turn])]
        (stepped, one), (plain, two) = warm.step(one, turn), cold.step(two, turn)
        expected = tempered(plain.probabilities, 2.5, multi)
        assert not np.allclose(expected, plain.probabilities, atol=1e-3)
        for prediction in (stepped, predicted, *together):
            np.testing.assert_allclose(prediction.probabilities, expected, atol=1e-6)
        np.testing.assert_allclose(probabilities[0], expected, atol=1e-5)


def test_at_temperature_1_the_weights_are_those_that_were_trained(policy):
    assert apply_temperature(policy.weights, 1.0) is policy.weights


def test_a_decision_is_saved_whole(multi_policy, tmp_path):
    space = multi_policy.space
    decision = Decision(
        temperature=1.7,
        thresholds=np.linspace(0.2, 0.6, len(space)),
        sets=KnownSets.from_counts({space.actions(np.eye(len(space))[0]): 3, (): 1}, space, 0.25),
        abstain_below=0.1 + 0.2,
        risk=RiskCurve((0.9, 0.1 + 0.2), (3, 5), (0, 2)),
    )
    path = replace(multi_policy, decision=decision).save(tmp_path / "model")
    loaded = Policy.load(path)
    assert loaded.decision.to_json(space) == decision.to_json(space)
    before = replace(multi_policy, decision=decision)
    for dialogue in tiny("other", multi=True):
        for one, other in zip(before.predict(dialogue), loaded.predict(dialogue), strict=True):
            assert (one.actions, one.confidence) == (other.actions, other.confidence)


def test_a_decision_without_a_risk_curve_takes_no_error_rate():
    with pytest.raises(ConfigError) as error:
        Decision().for_error(0.02)
    assert str(error.value) == "the model has no risk curve of a dev part; train it again"


@pytest.mark.parametrize("share", [0.0, -1.0, 1.5, float("nan")])
def test_an_invalid_error_rate_is_refused(share):
    with pytest.raises(ConfigError) as error:
        Decision(risk=RiskCurve((), (), ())).for_error(share)
    assert str(error.value) == f"max_error is {share}; give a share above 0 and at most 1, as 0.02"


def test_where_no_threshold_is_enough_it_always_abstains():
    decision = Decision(risk=RiskCurve((1.0,), (20,), (0,))).for_error(0.05)
    assert decision.abstain_below == ALWAYS_ABSTAIN
    assert Prediction(np.array([1.0, 0.0]), ActionSpace("ab"), decision=decision).abstains
