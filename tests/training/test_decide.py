"""What is fitted on the dev part: the best there, careful with few examples; and each setting turns it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.corpora import QUICK, SMALL, tiny
from support.layouts import LAYOUTS, drinks_corpus
from support.property_tests import examples
from turncast import ActionSpace, TrainConfig, evaluate
from turncast.errors import ConfigError
from turncast.policy.decision import ALWAYS_ABSTAIN, Decision, tempered
from turncast.training.fit_decision import DevDecisions, fit_decision, fit_multi_decision, predict_dev
from turncast.training.temperature import fit_temperature
from turncast.training.thresholds import MIN_RIGHT, fit_thresholds


def softmax(logits):
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def sampled(generator, logits, multi):
    """Return bits of what happens with exactly the probabilities of the logits."""
    if multi:
        return generator.random(logits.shape) < 1 / (1 + np.exp(-logits))
    bits = np.zeros(logits.shape, bool)
    for row, share in zip(bits, softmax(logits), strict=True):
        row[generator.choice(len(share), p=share)] = True
    return bits


@pytest.mark.quick
@pytest.mark.parametrize("multi", [False, True])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 3.0])
def test_the_temperature_that_was_put_in_is_found(multi, temperature):
    generator = np.random.default_rng(1)
    logits = generator.normal(0, 2, (4000, 5))
    true = sampled(generator, logits, multi)
    sharp = logits * temperature
    probabilities = 1 / (1 + np.exp(-sharp)) if multi else softmax(sharp)
    assert fit_temperature(probabilities, true, multi) == pytest.approx(temperature, rel=0.05)


@examples(25)
@given(st.integers(0, 10_000), st.booleans())
def test_no_other_temperature_has_less_loss(seed, multi):
    generator = np.random.default_rng(seed)
    probabilities = (
        generator.uniform(0.2, 0.8, (60, 4)) if multi else softmax(generator.normal(0, 3, (60, 4)))
    )
    true = sampled(generator, generator.normal(0, 1, (60, 4)), multi)

    def loss(temperature):
        predicted = tempered(probabilities, temperature, multi)
        smooth = 1 / 61
        if not multi:
            return -(((1 - smooth) * true + smooth / 4) * np.log(predicted)).sum(-1).mean()
        positives, negatives = true.sum(), (~true).sum()
        wanted = np.where(true, (positives + 1) / (positives + 2), 1 / (negatives + 2))
        return -(wanted * np.log(predicted) + (1 - wanted) * np.log(1 - predicted)).mean()

    best = fit_temperature(probabilities, true, multi)
    assert 0.1 <= best <= 10
    for other in np.geomspace(0.1, 10, 30):
        assert loss(best) <= loss(other) + 1e-4


@pytest.mark.parametrize("multi", [False, True])
def test_a_dev_part_without_an_error_does_not_make_the_policy_certain(multi):
    true = np.eye(3, dtype=bool)[np.arange(30) % 3]
    probabilities = np.where(true, 0.9, 0.05)
    predicted = tempered(probabilities, fit_temperature(probabilities, true, multi), multi)
    assert 0.9 < predicted[true].min() < 0.999


def test_turns_that_have_no_probability_do_not_count():
    probabilities, true = np.array([[0.7, 0.3]] * 4), np.array([[True, False]] * 2 + [[False, True]] * 2)
    odd = np.array([[True, True], [False, False]])
    with_odd = fit_temperature(
        np.concatenate([probabilities, [[0.9, 0.1]] * 2]), np.concatenate([true, odd]), False
    )
    assert with_odd == fit_temperature(probabilities, true, False)
    assert fit_temperature(probabilities[:0], true[:0], False) == 1.0


columns = st.lists(
    st.tuples(st.sampled_from([0.05, 0.2, 0.35, 0.5, 0.6, 0.8]), st.booleans()), min_size=30, max_size=60
)


def f1_at(threshold, column):
    taken = [p >= threshold for p, _ in column]
    both = sum(t and right for t, (_, right) in zip(taken, column, strict=True))
    return 2 * both / max(1, sum(taken) + sum(right for _, right in column))


@given(columns)
def test_no_other_threshold_has_a_better_f1(column):
    probabilities = np.array([[p] for p, _ in column])
    (threshold,) = fit_thresholds(probabilities, np.array([[right] for _, right in column]))
    if sum(right for _, right in column) < MIN_RIGHT:
        assert threshold == 0.5
        return
    best = f1_at(threshold, column)
    for other in np.linspace(0.01, 0.99, 50):
        assert best >= f1_at(other, column) - 1e-12
    if f1_at(0.5, column) == pytest.approx(best):
        assert threshold == 0.5


def test_a_rare_action_keeps_one_half():
    probabilities = np.full((100, 2), 0.1)
    probabilities[:MIN_RIGHT] = 0.3
    true = probabilities > 0.2
    true[0, 1] = False
    assert fit_thresholds(probabilities, true).tolist() == [pytest.approx(0.2), 0.5]


def several(probabilities, sets, how="auto", answers=None):
    space = ActionSpace("abc", multi=True)
    true = np.array([space.bits(actions) for actions in sets], bool)
    one_each = np.arange(len(true))
    judged = DevDecisions(np.array(probabilities, np.float32), true, np.ones(len(true), bool), one_each)
    answers = answers or {("a", "b"): 1, ("c",): 1}
    return fit_multi_decision(judged, space, answers, how, Decision())


def test_sets_are_taken_where_they_get_more_turns_right():
    """Actions that go together, one of them always unsure: no threshold of one action can know."""
    unsure = [[0.9, p, 0.1] for p in (0.1, 0.2, 0.3, 0.4)] * 5 + [
        [0.1, p, 0.9] for p in (0.15, 0.25, 0.35)
    ] * 5
    sets = [("a", "b")] * 20 + [("c",)] * 15
    assert several(unsure, sets).sets is not None
    half, thresholds = several(unsure, sets, "half"), several(unsure, sets, "thresholds")
    assert (half.sets, half.thresholds, thresholds.sets) == (None, None, None)
    assert thresholds.thresholds is not None
    sure = [[0.9, 0.9, 0.1]] * 20 + [[0.1, 0.1, 0.9]] * 15
    chosen = several(sure, sets)
    assert (chosen.sets, chosen.thresholds) == (None, None)  # among equals the simplest


def test_thresholds_are_taken_where_they_get_more_turns_right():
    low = [[0.9, 0.3, 0.1]] * 20 + [[0.9, 0.1, 0.1]] * 20
    chosen = several(low, [("a", "b")] * 20 + [("a",)] * 20, answers={("c",): 1})
    assert chosen.thresholds.tolist() == [0.5, pytest.approx(0.2), 0.5]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_the_dev_part_showed_is_what_the_policy_does_on_it(layout):
    corpus, dev = drinks_corpus(), drinks_corpus("dev", 8)
    policy = turncast.train(corpus, dev, network=LAYOUTS[layout], config=QUICK)
    curve = policy.decision.risk
    sure = curve.thresholds[len(curve.thresholds) // 2]
    abstaining = replace(policy, decision=replace(policy.decision, abstain_below=sure))
    calibration = evaluate(abstaining, dev).calibration
    assert calibration.dev == (calibration.answered, calibration.wrong)
    assert 0 < calibration.answered.part < calibration.answered.whole


def test_the_settings_change_the_decision_rule():
    train, dev = tiny(multi=True), tiny("dev", 40, multi=True)
    policies = {
        how: turncast.train(train, dev, network=SMALL, config=QUICK.model_copy(update={"decide": how}))
        for how in ("half", "thresholds", "sets")
    }
    kinds = {
        how: (p.decision.thresholds is not None, p.decision.sets is not None) for how, p in policies.items()
    }
    assert kinds == {"half": (False, False), "thresholds": (True, False), "sets": (False, True)}
    known = {frozenset(turn.actions) for dialogue in train for turn in dialogue}
    for dialogue in dev:
        assert all(frozenset(p.actions) in known for p in policies["sets"].predict(dialogue))
    strict = turncast.train(train, dev, network=SMALL, config=QUICK.model_copy(update={"max_error": 0.001}))
    assert (policies["half"].decision.abstain_below, strict.decision.abstain_below) == (0.0, ALWAYS_ABSTAIN)


def test_a_way_to_decide_on_several_is_refused_where_there_is_one():
    with pytest.raises(ConfigError) as error:
        turncast.train(tiny(), tiny("dev"), network=SMALL, config=TrainConfig(decide="sets"))
    said = "setting 'decide' is 'sets', and every turn of tiny takes one action; leave it at auto"
    assert str(error.value) == said


def test_an_unknown_action_of_the_dev_part_is_wrong(policy):
    dev = turncast.Corpus("dev", [turncast.Dialogue("1", [turncast.Turn("a tea please", ("dance",))] * 3)])
    judged = predict_dev(policy, dev)
    assert not judged.known.any()
    fitted = fit_decision(policy, dev, {}, TrainConfig())
    assert fitted.decision.temperature == 1.0
    assert fitted.decision.risk.wrong[-1] == fitted.decision.risk.answered[-1] == 3


@pytest.mark.parametrize("multi", [False, True])
def test_probabilities_that_were_rounded_to_0_and_1_fit_without_a_warning(multi):
    true = np.eye(2, dtype=bool)[np.arange(40) % 2]
    assert 0.1 <= fit_temperature(true.astype(np.float32), true, multi) <= 10
    assert fit_temperature(1 - true.astype(np.float32), true, multi) == pytest.approx(10, rel=1e-3)
