"""Law 3: of a whole policy, no prediction knows its own turn's actions, or what comes after it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.property_tests import examples
from turncast import Dialogue, Turn

pytestmark = pytest.mark.quick

ACTIONS = ["ask_size", "confirm", "serve_tea", "serve_coffee", "never_seen"]
turns = st.builds(
    Turn,
    user=st.none() | st.sampled_from(["a tea please", "large", "yes", "qué?", ""]),
    actions=st.lists(st.sampled_from(ACTIONS), max_size=2).map(tuple),
    facts=st.dictionaries(
        st.sampled_from(["stock", "paid", "new"]), st.booleans() | st.integers(0, 9), max_size=2
    ),
    response=st.none() | st.text(max_size=5),
)


@examples(40)
@given(before=st.lists(turns, min_size=1, max_size=4), after=st.lists(turns, max_size=3))
@pytest.mark.parametrize("which", ["policy", "multi_policy"])
def test_no_prediction_depends_on_later_turns(which, before, after, request):
    policy = request.getfixturevalue(which)
    hidden = replace(before[-1], actions=("confirm",), response="other")
    one = policy.predict(Dialogue("one", tuple(before)))
    other = policy.predict(Dialogue("other", (*before[:-1], hidden, *after)))
    for number in range(len(before)):
        np.testing.assert_array_equal(one[number].probabilities, other[number].probabilities)
