"""Risk against coverage by its definition, and the threshold that keeps what it promises."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast.policy.risk import RiskCurve, binomial_tail

judged = st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.booleans()), max_size=30)


def curve_of(pairs) -> RiskCurve:
    return RiskCurve.from_decisions(
        np.array([sure for sure, _ in pairs], float), np.array([ok for _, ok in pairs], bool)
    )


@pytest.mark.quick
@given(judged)
def test_each_point_counts_decisions_of_at_least_its_confidence(pairs):
    curve = curve_of(pairs)
    assert curve.thresholds == tuple(sorted({sure for sure, _ in pairs}, reverse=True))
    for threshold, answered, wrong in zip(curve.thresholds, curve.answered, curve.wrong, strict=True):
        reached = [right for sure, right in pairs if sure >= threshold]
        assert (answered, wrong) == (len(reached), reached.count(False))


@given(judged)
def test_the_area_is_the_mean_risk_over_the_decisions(pairs):
    curve, total = curve_of(pairs), 0.0
    for own, _ in pairs:
        reached = [right for sure, right in pairs if sure >= own]
        total += reached.count(False) / len(reached)
    assert curve.area == pytest.approx(total / max(1, len(pairs)))


@given(judged, st.integers(1, 6))
def test_a_thinned_curve_has_some_of_the_points_and_the_last(pairs, points):
    curve = curve_of(pairs)
    thinned = curve.thinned(points)
    assert len(thinned.thresholds) <= points
    assert thinned.thresholds[-1:] == curve.thresholds[-1:]
    rows = (curve.thresholds, curve.answered, curve.wrong)
    points = (thinned.thresholds, thinned.answered, thinned.wrong)
    assert set(zip(*points, strict=True)) <= set(zip(*rows, strict=True))
    assert RiskCurve.from_json(thinned.to_json()) == thinned


@given(st.integers(0, 12), st.integers(0, 40), st.floats(0.001, 0.999))
def test_the_chance_is_the_binomial_sum(wrong, more, error):
    answered = wrong + more
    terms = (math.comb(answered, k) * error**k * (1 - error) ** (answered - k) for k in range(wrong + 1))
    assert binomial_tail(wrong, answered, error) == pytest.approx(sum(terms), abs=1e-9)


@pytest.mark.parametrize(("max_error", "needed"), [(0.05, 59), (0.02, 149), (0.01, 299)])
def test_so_many_answers_without_a_wrong_one_are_needed(max_error, needed):
    for answered, expected in ((needed - 1, None), (needed, 0.9)):
        assert RiskCurve((0.9,), (answered,), (0,)).threshold(max_error) == expected


def test_the_lowest_threshold_that_fits_is_chosen():
    curve = RiskCurve((0.9, 0.8, 0.7), (20, 100, 120), (0, 1, 40))
    assert curve.threshold(0.05) == 0.8
    assert curve.threshold(0.1) == 0.8
    assert curve.threshold(0.001) is None


def test_the_error_stays_below_max_error_in_19_of_20_dev_parts():
    """A decision is right with exactly its confidence, spread as 4 c^3: so the true risk is known."""
    generator, broken, promised = np.random.default_rng(3), 0, 0.1
    for _ in range(200):
        sure = generator.beta(4, 1, 400)
        threshold = (
            RiskCurve.from_decisions(sure, generator.random(400) < sure).thinned(100).threshold(promised)
        )
        if threshold is not None:
            risk = 1 - 4 / 5 * (1 - threshold**5) / (1 - threshold**4)
            broken += risk > promised
    assert broken <= 10


def test_nothing_judged():
    curve = curve_of([])
    assert (curve.area, curve.threshold(0.5), curve.thinned(3)) == (0.0, None, curve)
