"""After any history, a session has the state of a conversation with the same turns and no corrections."""

import functools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import SMALL, tiny
from support.property_tests import examples
from support.untrained import untrained_policy
from turncast import Dialogue, NetworkConfig, Policy, Session, Turn
from turncast.errors import NoTurn, StateError, UnknownAction
from turncast.sessions import Event, Snapshot, turns_from_events

NETWORKS = {
    "lstm": SMALL,
    "gru, 2 layers": NetworkConfig(units=6, cell="gru", layers=2),
    "transformer": NetworkConfig(units=8, cell="transformer", heads=2),
    "words in order": NetworkConfig(units=6, words="lstm", word_units=4),
    "many-to-many-1": NetworkConfig(units=6, layout="many-to-many-1", horizon=2),
}
ACTIONS = ["ask_size", "confirm", "serve_tea", "serve_coffee"]
USERS = [None, "a tea please", "small", "yes", "a coffee, large", ""]

observe = st.tuples(
    st.just("observe"),
    st.sampled_from(USERS),
    st.dictionaries(st.sampled_from(["stock", "paid"]), st.booleans() | st.integers(0, 3), max_size=2),
)
some = st.lists(st.sampled_from(ACTIONS), max_size=2, unique=True)
commit = st.tuples(st.just("commit"), some)
override = st.tuples(st.just("override"), st.integers(0, 30), some)
others = st.sampled_from([("undo",), ("resume",), ("forget",), ("change",)])
histories = st.lists(observe | commit | override | others, min_size=3, max_size=14)


@functools.cache
def policies(name):
    """Return two policies, so that one can replace the other."""
    return [untrained_policy(tiny(), NETWORKS[name], seed=seed) for seed in (3, 4)]


def assert_same(one: Session, other: Session):
    assert one.history() == other.history()
    first, second = (Snapshot.from_bytes(session.state) for session in (one, other))
    assert (first.model, first.turns, first.open_turn) == (second.model, second.turns, second.open_turn)
    assert first.state.previous == second.state.previous
    for cell, same in zip(first.state.network, second.state.network, strict=True):
        for vector, expected in zip(cell, same, strict=True):
            np.testing.assert_allclose(vector, expected, atol=1e-5)


def without_corrections(policy: Policy, session: Session) -> Session:
    """Return a session with the same turns in which nothing was ever corrected."""
    uncorrected, turns = Session(policy), session.history()
    for number, turn in enumerate(turns, start=1):
        uncorrected.observe(turn.user, turn.facts)
        if number < len(turns) or not session.is_open:
            uncorrected.commit(turn.actions)
    return uncorrected


@pytest.mark.quick
@pytest.mark.parametrize("name", NETWORKS)
@examples(15)
@given(history=histories)
def test_corrections_give_the_state_of_the_corrected_history(name, history):
    policy, other = policies(name)
    session = Session(policy)
    for what, *given_with in history:
        if what == "observe":
            session.observe(*given_with)
        elif what == "commit" and len(session):
            session.commit(*given_with)
        elif what == "override" and len(session):
            place, actions = given_with
            turn = place % len(session) + 1
            later = session.override(turn, actions)
            assert len(later) == len(session) - turn
        elif what == "undo":
            expected, undone = session.history()[-1:], session.undo()
            assert expected == (() if undone is None else (undone,))
        elif what == "resume":
            session = Session.resume(policy, session.state, session.events)
        elif what == "forget":  # the state is lost, the log is not
            session = Session.resume(policy, None, session.events)
        elif what == "change":
            if session.is_open:
                session.commit()
            policy, other = other, policy
            session = Session.resume(policy, session.state, session.events)
        assert_same(session, without_corrections(policy, session))
    assert turns_from_events(session.events) == session.history()
    records = [event.to_json() for event in session.events]
    assert [Event.from_json(record) for record in records] == list(session.events)


def test_a_turn_after_resuming_does_not_load_the_log(policy):
    session = Session(policy)
    session.observe("a tea please")

    def log():
        raise AssertionError("the log was read")

    resumed = Session.resume(policy, session.state, log)
    assert resumed.commit() == session.commit()
    one, two = resumed.observe("small"), session.observe("small")
    np.testing.assert_array_equal(one.probabilities, two.probabilities)
    assert [event.kind for event in resumed.new_events] == ["committed", "observed"]


def test_an_open_turn_commits_the_prediction_of_the_old_model():
    old, new = policies("lstm")
    session = Session(old)
    state, turn = session.begin_turn("a tea please")
    prediction, after = old.step(state, turn)
    coffee = old.space.bits(["serve_coffee"]).astype(np.float32)
    session.end_turn(turn, replace(prediction, probabilities=coffee), after)
    resumed = Session.resume(new, session.state, session.events)
    assert resumed.commit() == ("serve_coffee",)


def test_an_override_returns_the_later_predictions(policy):
    session, uncorrected = Session(policy), Session(policy)
    for user, wrong, right in (("a tea please", "confirm", "ask_size"), ("small", "confirm", "confirm")):
        session.observe(user)
        session.commit([wrong])
        uncorrected.observe(user)
        uncorrected.commit([right])
    session.observe("yes")
    expected = uncorrected.observe("yes")
    *_, last = session.override(1, ["ask_size"])
    np.testing.assert_allclose(last.probabilities, expected.probabilities, atol=1e-6)
    assert session.commit() == uncorrected.commit()


def test_refused_calls_change_nothing(policy):
    session = Session(policy)
    with pytest.raises(NoTurn, match="there is no turn 1; observe one first"):
        session.commit()
    session.observe("a tea please")
    before = session.state, session.events
    with pytest.raises(NoTurn, match="there is no turn 2; the conversation has 1, counted from 1"):
        session.override(2, ["confirm"])
    with pytest.raises(UnknownAction, match="did you mean 'confirm'"):
        session.override(1, ["confrim"])
    with pytest.raises(UnknownAction):
        session.commit(["dance"])
    assert (session.state, session.events) == before


def test_the_state_is_small_and_names_its_model(policy):
    session = Session(policy)
    session.observe("a tea please")
    head, _, body = session.state.partition(b"\n")
    assert len(body) == 2 * 4 * SMALL.units
    assert f'"model":"{policy.digest}"'.encode() in head
    size = len(session.state)
    for _ in range(50):
        session.observe("small")
    assert len(session.state) <= size + 40


@pytest.mark.parametrize(
    "change",
    [
        lambda state: state[:-4],
        lambda state: state + b"\0",
        lambda state: state.replace(b"turncast-state-1", b"turncast-state-9"),
        lambda state: b"",
        lambda state: b"[]\n",
        lambda state: b"\x80\x04\n",
    ],
)
def test_a_damaged_state_is_refused_and_replayed(policy, change):
    session = Session(policy)
    session.observe("a tea please")
    session.commit()
    broken = change(session.state)
    with pytest.raises(StateError):
        Snapshot.from_bytes(broken)
    assert_same(Session.resume(policy, broken, session.events), session)


def test_a_digest_is_that_of_the_saved_model(policy, saved, multi_policy):
    assert Policy.load(saved).digest == policy.digest != multi_policy.digest


def test_a_digest_does_not_depend_on_how_the_weights_lie_in_memory(policy):
    column_first = {name: np.asfortranarray(array) for name, array in policy.weights.items()}
    assert replace(policy, weights=column_first).digest == policy.digest


def test_the_response_reaches_the_next_turn_and_the_log(policy):
    session, without_response = Session(policy), Session(policy)
    for one, response in ((session, "Which size would you like?"), (without_response, None)):
        one.observe("a tea please")
        one.commit(["ask_size"], response)
    assert session.history()[0].response == "Which size would you like?"
    assert session.events[-1].to_json()["response"] == "Which size would you like?"
    histories = [(*one.history(), Turn("large")) for one in (session, without_response)]
    for one, turns in zip((session, without_response), histories, strict=True):
        expected = policy.predict(Dialogue("said", turns))[-1]
        np.testing.assert_array_equal(one.observe("large").probabilities, expected.probabilities)
    resumed = Session.resume(policy, session.state, session.events)
    np.testing.assert_array_equal(resumed.observe("yes").probabilities, session.observe("yes").probabilities)
    session.override(1, ["ask_size"], "Pardon?")
    assert session.history()[0].response == "Pardon?"
