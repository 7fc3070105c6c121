"""Law 8: training and serving see one world; the previous action is what was committed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.property_tests import examples
from turncast import Dialogue, EncoderConfig, NetworkConfig, Session, Turn
from turncast.features import Batches, CorpusStatistics, encode

pytestmark = pytest.mark.quick

ACTIONS = ["ask_size", "confirm", "serve_tea", "serve_coffee"]
facts = st.dictionaries(
    st.sampled_from(["stock", "paid", "new"]),
    st.booleans() | st.integers(-3, 9) | st.sampled_from(["x", "y"]),
    max_size=3,
)
seen = st.tuples(st.none() | st.text(max_size=20) | st.sampled_from(["a tea please", "yes"]), facts)
conversations = st.lists(st.tuples(seen, st.sampled_from(ACTIONS)), min_size=1, max_size=6)


@examples(60)
@given(conversations)
def test_a_session_encodes_like_training(policy, conversation):
    session, live = Session(policy), []
    for (user, facts), action in conversation:
        live.append(session.observe(user, facts))
        session.commit([action])
    recorded = Dialogue("recorded", session.history())
    for one, other in zip(live, policy.predict(recorded), strict=True):
        np.testing.assert_array_equal(one.probabilities, other.probabilities)
    # The arrays that training would be given hold the bits that the session stepped through.
    arrays = encode([recorded], policy.encoder, policy.space)
    memory = policy.encoder.start()
    for number, turn in enumerate(recorded):
        start, end = arrays.bits.offsets[number : number + 2]
        encoded, memory = policy.encoder.encode(turn, memory)
        assert arrays.bits.values[start:end].tolist() == encoded.bits


TEACHER = CorpusStatistics.from_corpus(tiny())
ORDERED = [
    CorpusStatistics.from_corpus(tiny(), config=EncoderConfig(tokenizer=kind, max_tokens=4)).encoder("mean")
    for kind in ("words", "bpe")
]


@examples(60)
@given(conversations, st.sampled_from(ORDERED))
def test_the_tokens_of_a_live_turn_are_those_of_training(conversation, encoder):
    """Live, a turn is encoded before its actions are known, alone; in training with all others."""
    turns = [Turn(user, (action,), facts) for (user, facts), action in conversation]
    network = NetworkConfig(words="mean")
    arrays = encode([Dialogue("recorded", turns)], encoder, TEACHER.action_space(), network)
    batches = Batches(arrays, 1000)
    (batch,) = batches.in_order()
    memory = encoder.start()
    for number, turn in enumerate(turns):
        live, memory = encoder.encode(Turn(turn.user, facts=turn.facts), memory)
        bits, tokens = batch.inputs["bits"][0, number], batch.inputs["tokens"][0, number]
        assert bits[bits < encoder.width].tolist() == live.bits
        assert tokens.tolist() == live.tokens + [0] * (len(tokens) - len(live.tokens))
        memory = memory.committed(turn.actions)


@examples(30)
@given(conversations, st.data())
def test_after_an_undo_the_session_is_as_if_the_turn_never_was(policy, conversation, data):
    kept = data.draw(st.integers(0, len(conversation) - 1))
    session, straight = Session(policy), Session(policy)
    for number, ((user, facts), action) in enumerate(conversation):
        session.observe(user, facts)
        session.commit([action])
        if number < kept:
            straight.observe(user, facts)
            straight.commit([action])
    for _ in range(len(conversation) - kept):
        session.undo()
    assert session.history() == straight.history()
    np.testing.assert_array_equal(session.observe("yes").probabilities, straight.observe("yes").probabilities)


def test_the_next_turn_sees_committed_not_predicted_actions(policy):
    answers = []
    for action in ("ask_size", "serve_tea"):
        session = Session(policy)
        session.observe("a tea please")
        session.commit([action])
        answers.append(session.observe("small").probabilities)
    assert not np.array_equal(*answers)


def test_an_uncommitted_turn_takes_the_predicted_action(policy):
    session = Session(policy)
    first = session.observe("a tea please")
    session.observe("small")
    assert session.history()[0].actions == first.actions
    assert session.history()[1] == Turn("small")
