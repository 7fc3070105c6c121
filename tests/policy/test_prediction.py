"""What a prediction says: ranked by probability, and among equals by index, however many are asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turncast import ActionSpace, Prediction

probabilities = st.lists(st.sampled_from([0.0, 0.125, 0.25, 0.5, 1.0]), min_size=1, max_size=12)


def prediction_of(values, **kind):
    space = ActionSpace([f"action_{number}" for number in range(len(values))], **kind)
    return Prediction(np.array(values, np.float32), space)


@pytest.mark.quick
@given(probabilities, st.integers(0, 14))
def test_the_most_probable_are_the_first_ranked(values, count):
    prediction = prediction_of(values)
    order = sorted(range(len(values)), key=lambda index: (-values[index], index))
    expected = tuple((f"action_{index}", values[index]) for index in order)
    assert prediction.ranked == expected
    assert prediction.top(count) == expected[:count]
    np.testing.assert_array_equal(prediction.probabilities, np.array(values, np.float32))


@given(probabilities)
def test_the_one_action_is_the_one_that_the_space_decides_for(values):
    prediction = prediction_of(values)
    space = prediction.space
    assert prediction.actions == space.actions(space.decide(prediction.probabilities))
    assert prediction.actions == (prediction.ranked[0][0],)


@pytest.mark.parametrize(("values", "actions"), [([0.5, 0.75, 0.25], (1, 0)), ([0.1, 0.2, 0.2], (1,))])
def test_several_actions_come_the_most_probable_first(values, actions):
    assert prediction_of(values, multi=True).actions == tuple(f"action_{index}" for index in actions)


def test_none_where_the_system_may_do_nothing():
    assert prediction_of([0.1, 0.2], multi=True, may_be_empty=True).actions == ()
