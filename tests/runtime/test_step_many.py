"""Many conversations stepped together are each stepped as if alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.property_tests import examples
from support.untrained import untrained_policy
from turncast import NetworkConfig, Turn

NETWORKS = {
    "lstm": NetworkConfig(units=9, bit_units=4),
    "lstm, residual and norm": NetworkConfig(units=6, layers=3, residual=True, layer_norm=True),
    "gru, norm": NetworkConfig(units=6, cell="gru", layers=2, layer_norm=True),
    "simple-rnn": NetworkConfig(units=6, cell="simple-rnn"),
    "words in order": NetworkConfig(units=6, words="lstm", word_units=4),
    "one-to-one": NetworkConfig(units=6, layout="one-to-one"),
    "one-to-many": NetworkConfig(units=6, layout="one-to-many"),
    "many-to-many-1": NetworkConfig(units=6, layout="many-to-many-1", horizon=2),
    "transformer": NetworkConfig(units=6, cell="transformer", heads=2),
}
users = st.sampled_from([None, "", "a tea please", "small", "yes", "a large coffee"])


@pytest.fixture(scope="module", params=NETWORKS)
def any_policy(request):
    return untrained_policy(tiny(multi=len(request.param) % 2 == 0), NETWORKS[request.param])


@pytest.mark.quick
@examples(12)
@given(beginnings=st.lists(st.lists(users, max_size=3), max_size=40), seen=st.lists(users, min_size=40))
def test_many_are_stepped_as_each_alone(any_policy, beginnings, seen):
    states = []
    for beginning in beginnings:
        state = any_policy.start()
        for user in beginning:
            _, state = any_policy.step(state, Turn(user, ("confirm",)))
        states.append(state)
    turns = [Turn(user, (), {"stock": len(user or "")}) for user in seen[: len(states)]]
    together = any_policy.step_many(states, turns)
    assert len(together) == len(states)
    for state, turn, (prediction, after) in zip(states, turns, together, strict=True):
        alone, expected = any_policy.step(state, turn)
        np.testing.assert_allclose(prediction.probabilities, alone.probabilities, atol=1e-6)
        assert len(prediction.ahead) == len(alone.ahead)
        assert after.previous == expected.previous
        for cell, same in zip(after.network, expected.network, strict=True):
            for vector, right in zip(cell, same, strict=True):
                np.testing.assert_allclose(vector, right, atol=1e-6)
                assert vector.base is None or vector.base.size <= 4 * vector.size


def test_states_and_turns_are_of_the_same_conversations(policy):
    with pytest.raises(ValueError, match="shorter"):
        policy.step_many([policy.start()], [Turn("a"), Turn("b")])
