"""Intervals by bootstrap over dialogues."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast.evaluation import bootstrap
from turncast.evaluation.bootstrap import interval, resample
from turncast.evaluation.run_accuracy import RunTally

kinds = st.dictionaries(
    st.integers(1, 9).flatmap(lambda turns: st.tuples(st.integers(0, turns), st.just(turns))),
    st.integers(1, 50),
    min_size=1,
)


def run_of(*dialogues):
    tally = RunTally()
    for right in dialogues:
        tally.add_dialogue(right)
    return tally.result()


@pytest.mark.quick
def test_drawing_kinds_is_drawing_dialogues():
    dialogues = [(5, 5)] * 30 + [(2, 6)] * 15 + [(0, 1)] * 5
    generator, array = np.random.default_rng(7), np.array(dialogues)
    one_by_one = np.array([array[generator.integers(0, 50, 50)].sum(0) for _ in range(4000)])
    sums = resample(Counter(dialogues), resamples=4000)
    np.testing.assert_allclose(sums.mean(0), one_by_one.mean(0), rtol=0.01)
    np.testing.assert_allclose(np.cov(sums.T), np.cov(one_by_one.T), rtol=0.1)


@given(kinds)
def test_a_resample_keeps_the_number_of_dialogues(counts):
    withs = {(*kind, 1): count for kind, count in counts.items()}
    sums = resample(withs, resamples=200)
    assert (sums[:, 2] == sum(counts.values())).all()
    bounds = interval(sums[:, 0] / sums[:, 1])
    assert 0 <= bounds.low <= bounds.high <= 1
    if len(counts) == 1:
        ((right, turns),) = counts
        assert bounds.low == bounds.high == pytest.approx(right / turns)


def test_an_interval_is_over_dialogues_and_not_over_turns():
    # Twenty dialogues of fifty turns, each all right or all wrong: twenty things are known, not a thousand.
    run = run_of(*[[True] * 50] * 10, *[[False] * 50] * 10)
    width = run.turns_interval.high - run.turns_interval.low
    assert width == pytest.approx(2 * 1.96 * np.sqrt(0.25 / 20), abs=0.06)
    assert run.turns_interval == run.dialogues_interval
    many = run_of(*([[True] * 50] * 160 + [[False] * 50] * 160))
    narrow = many.turns_interval.high - many.turns_interval.low
    assert narrow == pytest.approx(width / 4, rel=0.15)


def test_a_seed_draws_the_same_and_another_draws_others(monkeypatch):
    counts = {(1, 2): 5, (2, 2): 5}
    assert (resample(counts) == resample(dict(reversed(counts.items())))).all()
    assert (resample(counts, seed=2) != resample(counts, seed=3)).any()
    assert len(resample(counts, resamples=7)) == 7
    whole = resample(counts)
    monkeypatch.setattr(bootstrap, "_MOST_NUMBERS", 3)  # a resample at a time
    assert (resample(counts) == whole).all()


def test_without_dialogues_every_figure_is_zero():
    run = run_of()
    assert (run.turns.whole, run.turns_interval.low, run.turns_interval.high, run.by_turn) == (0, 0, 0, ())
