"""Candidates are said and not looked at; live, what is said is tracked as it was in training."""

import json

import numpy as np
import pytest

import turncast
from support.bookings import bookings
from support.cli import run
from support.corpora import QUICK, SMALL
from turncast import Corpus, Dialogue, Policy, Session, Turn
from turncast.baselines import BaselineCounts, example_histories
from turncast.candidates import without_candidates
from turncast.data import convert, summarise, validate
from turncast.rules import suggest_rules
from turncast.sessions import open_store
from turncast.sessions.conversations import Conversations
from turncast.sessions.request import Begin, Observe

FOUND = {
    "kb_results": 2,
    "candidate.1.R_name": "resto_a",
    "candidate.1.R_phone": "5",
    "candidate.2.R_name": "b",
}
OFFER, NUMBER = "what do you think of this option: R_name", "here it is R_phone"


@pytest.fixture(scope="module")
def booked(tmp_path_factory) -> Corpus:
    return bookings(tmp_path_factory.mktemp("bookings"))


@pytest.fixture(scope="module")
def booker(booked) -> Policy:
    return turncast.train(booked, network=SMALL, config=QUICK)


@pytest.fixture
def bare(booked) -> Corpus:
    """The same dialogues without candidates."""
    return Corpus(
        booked.name,
        [
            Dialogue(
                one.id,
                [
                    Turn(turn.user, turn.actions, without_candidates(turn.facts), turn.response)
                    for turn in one
                ],
            )
            for one in booked
        ],
    )


def test_nothing_that_predicts_or_judges_looks_at_candidates(booked, bare, booker):
    for one, other in zip(booked, bare, strict=True):
        assert one != other
        for one_of, other_of in zip(booker.predict(one), booker.predict(other), strict=True):
            np.testing.assert_array_equal(one_of.probabilities, other_of.probabilities)
        layout = booker.config.layout_row
        histories = [list(example_histories(layout, layout.example(each))) for each in (one, other)]
        assert histories[0] == histories[1]
    twin = turncast.train(bare, network=SMALL, config=QUICK)
    for name, array in booker.weights.items():
        np.testing.assert_array_equal(array, twin.weights[name])


@pytest.mark.quick
def test_no_table_names_candidates(booked, bare, booker):
    arrays = []
    for corpus in (booked, bare):
        counts = BaselineCounts()
        for dialogue in corpus:
            counts.add(booker.config.layout_row.example(dialogue))
        arrays.append(counts.baselines().to_arrays()[0])
    for name, array in arrays[0].items():
        np.testing.assert_array_equal(array, arrays[1][name])
    assert suggest_rules(booked, support=2) == suggest_rules(bare, support=2)
    assert summarise(booked).facts == summarise(bare).facts == {"kb_results": 9}
    assert validate(booked).findings == validate(bare).findings


def test_without_a_response_the_policy_s_text_counts(booker):
    """An offer whose text is not given counts as made, in a session as after `Policy.step`."""
    with_text, without_text = Session(booker), Session(booker)
    for session in (with_text, without_text):
        assert session.observe("yes", FOUND).slot_sources.value("next", "R_name") == "resto_a"
    with_text.commit([OFFER], "what do you think of this option: resto_a")
    without_text.commit([OFFER])
    one, other = with_text.observe("its number"), without_text.observe("its number")
    assert one.slot_sources == other.slot_sources
    assert one.slot_sources.value("offered", "R_phone") == "5"
    assert one.slot_sources.value("next", "R_name") == "b"
    np.testing.assert_array_equal(one.probabilities, other.probabilities)


def test_a_given_response_counts_instead(booker):
    session = Session(booker)
    session.observe("yes", FOUND)
    session.commit([OFFER], "what do you think of this option: b")
    assert session.observe("its number").slot_sources.value("offered", "R_name") == "b"


def test_candidates_survive_a_resume_an_undo_and_an_override(booker):
    straight = Session(booker)
    straight.observe("yes", FOUND)
    straight.commit([OFFER])
    expected = straight.observe("another one").slot_sources

    session = Session(booker)
    session.observe("yes", FOUND)
    session.commit([NUMBER])
    session.observe("no")
    session.undo()
    session = Session.resume(booker, session.state, session.events)
    session.commit([OFFER])
    assert session.observe("another one").slot_sources == expected

    (again,) = wrong(booker).override(1, [OFFER])
    assert again.slot_sources == expected


def wrong(booker: Policy) -> Session:
    session = Session(booker)
    session.observe("yes", FOUND)
    session.commit([NUMBER])
    session.observe("another one")
    session.commit([OFFER])
    return session


def test_a_loaded_policy_says_the_same(booked, booker, tmp_path):
    loaded = Policy.load(booker.save(tmp_path / "model"))
    for dialogue in booked:
        said = [prediction.response for prediction in booker.predict(dialogue)]
        assert [prediction.response for prediction in loaded.predict(dialogue)] == said


def test_conversations_and_the_terminal_show_responses(booker, tmp_path):
    facts = {name: value for name, value in FOUND.items() if name != "kb_results"}
    talks = Conversations(lambda: {"default": booker}, open_store("memory:"))
    predictions = [
        json.loads(answer)
        for request in (Begin(id="c1", model="default"), Observe(id="c1", user="yes", facts=facts))
        for answer in talks.run([request])
    ]
    expected = Session(booker).observe("yes", facts)
    assert predictions[1]["response"] == expected.response
    model = booker.save(tmp_path / "model")
    pairs = " ".join(f"{name}={value}" for name, value in facts.items())
    assert f"system: {expected.response}" in run("chat", model, stdin=f"/facts {pairs}\nyes\n/quit\n").stdout


def test_predict_shows_responses(booked, booker, tmp_path):
    model = booker.save(tmp_path / "model")
    convert(booked, tmp_path / "booked.jsonl", "jsonl")
    lines = run("predict", model, tmp_path / "booked.jsonl").stdout.splitlines()
    records = [record for record in map(json.loads, lines) if "next" not in record]
    expected = [prediction.response for dialogue in booked for prediction in booker.predict(dialogue)]
    assert [record["response"] for record in records] == expected
    assert any("resto_" in (response or "") for response in expected)
