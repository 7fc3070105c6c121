"""Templates are filled from the dialogue; the sources of their values are learned."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.bookings import KNOWN, NEW, bookings
from turncast import Dialogue, Turn
from turncast.features import CorpusStatistics, Responder
from turncast.features.responses.learn_responder import ResponderCounts
from turncast.features.responses.slot_sources import NO_SOURCES, SOURCES, SlotSources
from turncast.features.responses.templates import fill, texts_in
from turncast.features.text.slot_values import SlotValues

TWO = {"candidate.1.name": "Blue Door", "candidate.1.area": "north", "candidate.2.name": "Green Hill"}
words = st.text("abc {}", min_size=1, max_size=6).filter(str.strip)
steps = st.lists(
    st.tuples(
        st.sampled_from(["", "try Blue Door", "try Green Hill", "try Old Mill"]),
        st.lists(st.tuples(st.sampled_from(["name", "area"]), st.sampled_from(["Blue Door", "north"]))),
        st.sampled_from([{}, TWO, {"candidate.none": True}, {"found": 3}]),
    ),
    max_size=8,
)


def filled(corpus, encoder):
    """The filled template of each recorded action that is one, and the recorded response."""
    for dialogue in corpus:
        memory = encoder.start()
        for turn in dialogue:
            _, memory = encoder.encode(turn, memory)
            for action in turn.actions:
                text = encoder.responder.text(action, memory.slot_sources)
                if text is not None:
                    yield text, turn.response


@pytest.mark.quick
def test_every_template_is_filled_as_recorded(tmp_path):
    corpus = bookings(tmp_path)
    pairs = list(filled(corpus, CorpusStatistics.from_corpus(corpus).encoder()))
    assert len(pairs) == 5 * len(list(corpus))
    assert [text for text, _ in pairs] == [response for _, response in pairs]


def test_given_slot_values_fill_templates_where_training_lacks_them(tmp_path):
    corpus, other = bookings(tmp_path / "known"), bookings(tmp_path / "new", NEW)
    values = {"R_cuisine": [*KNOWN[0], *NEW[0]], "R_location": [*KNOWN[1], *NEW[1]]}
    statistics = CorpusStatistics.first_pass(corpus, values=values)
    for dialogue in corpus:
        statistics.responder_counts.add(dialogue)
    assert all(text == response for text, response in filled(other, statistics.encoder()))
    # Without them results and earlier responses are known, but not what the user named first.
    right = [
        text == response for text, response in filled(other, CorpusStatistics.from_corpus(corpus).encoder())
    ]
    assert right == [False, True, True, True, True] * len(list(other))


# For each source, a dialogue whose last response has a value that only this source has.
ONLY = {
    "next": [Turn("hi", ("ask",), TWO), Turn("go", ("on {name}",), response="on Blue Door")],
    "offered": [
        Turn("hi", ("try {name}",), TWO, "try Green Hill"),
        Turn("go", ("so", "later"), response="so"),
        Turn("go", ("on {name}",), response="on Green Hill"),
    ],
    "user": [Turn("red Door", ("ask",), TWO), Turn("go", ("on {name}",), response="on red door")],
    "system": [
        Turn("hi", ("try {name}",), response="try Old Mill"),
        Turn("hi", ("ask",), TWO),
        Turn("go", ("on {name}",), response="on Old Mill"),
    ],
}


@pytest.mark.parametrize("source", SOURCES)
def test_the_source_that_is_right_is_learned(source):
    counts = ResponderCounts(SlotValues({"name": ["red door"]}))
    for number in range(3):
        counts.add(Dialogue(f"d{number}", ONLY[source]))
    (placeholder,) = counts.responder().placeholders["on {name}"]
    assert placeholder.sources[0] == source


def test_a_value_without_source_has_the_usual_text():
    turns = [Turn("thai", ("call {food} {price}",), response="call thai {price}")] * 3
    counts = ResponderCounts(SlotValues({"food": ["thai", "greek"], "price": ["cheap"]}))
    counts.add(Dialogue("d1", [*turns, Turn("cheap", ("call {food} {price}",), response="call thai cheap")]))
    responder = counts.responder()
    greek = SlotSources(user=(("food", "greek"),))
    assert responder.text("call {food} {price}", greek) == "call greek {price}"
    assert responder.text("call {food} {price}", NO_SOURCES) == "call thai {price}"


def test_a_response_that_does_not_match_its_template_is_not_counted():
    counts = ResponderCounts(SlotValues())
    counts.add(Dialogue("d1", [Turn("hi", ("try {name}", "bye"), response="quite another text")]))
    assert not counts.responder()


def test_a_responder_survives_json(tmp_path):
    responder = CorpusStatistics.from_corpus(bookings(tmp_path)).encoder().responder
    assert responder
    assert Responder.from_json(json.loads(json.dumps(responder.to_json()))) == responder


@given(st.lists(words, min_size=1, max_size=3))
def test_texts_in_reverses_fill(texts):
    template = " | ".join("R_x" for _ in texts)
    texts = [text.strip() for text in texts]
    assert texts_in(template, fill(template, texts)) == tuple(texts)


@given(steps)
def test_slot_sources_hold_the_last_values_and_do_not_grow(conversation):
    sources, response, names = NO_SOURCES, None, ()
    for text, mentions, facts in conversation:
        sources = sources.after(("try {name}",), response, mentions, facts)
        response = text or None
        if "candidate.none" in facts:
            names = ()
        elif "candidate.1.name" in facts:
            names = ("Blue Door", "Green Hill")
        assert tuple(candidate[0][1] for candidate in sources.candidates) == names
        for slot, value in dict(mentions).items():
            assert sources.value("user", slot) == value
        assert len(set(sources.offered)) == len(sources.offered) <= len(names)
        assert len(sources.user) <= 2
        assert len(sources.system) <= 1
        assert SlotSources(*_frozen(json.loads(json.dumps(sources.to_json())))) == sources


def _frozen(value):
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def test_candidates_are_offered_in_order_whatever_the_spelling():
    sources = NO_SOURCES.after((), None, (), {"candidate.1.name": "blue_door", "candidate.2.name": "hill"})
    sources = sources.after(("try {name}",), "try Blue Door", (), {})
    assert sources.value("offered", "name") == "blue_door"
    assert sources.value("next", "name") == "hill"
    sources = sources.after(("try {name}",), "try hill", [("name", "blue door")], {})
    assert sources.value("offered", "name") == "blue_door"
    assert sources.value("next", "name") is None


def test_twenty_candidates_are_kept():
    facts = {f"candidate.{number}.name": f"place {number}" for number in reversed(range(1, 31))}
    candidates = NO_SOURCES.after((), None, (), facts).candidates
    assert [candidate[0][1] for candidate in candidates] == [f"place {number}" for number in range(1, 21)]
