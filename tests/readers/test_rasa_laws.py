"""Rasa: written stories are read back, and any damage is refused in one line."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import turncast
from support.property_tests import examples
from support.rasa import CHECKPOINTS, END_TO_END, MARKDOWN, STORIES, TESTS
from turncast import Corpus, Dialogue, Turn
from turncast.errors import CorpusError
from turncast.readers.rasa import to_rasa_yaml

pytest.importorskip("yaml")

# Any characters except those of a mark, without blanks at the ends: Rasa does not keep either.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="[]"), min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
NAMES = st.sampled_from(["greet", "no", "null", "a b", "5", "1e3", "ü: -", "#x", "intent", "role"]) | TEXTS
VALUES = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES
ENTITIES = NAMES.map(lambda name: f"entity.{name}")
OURS = ("intent", "active_loop", "entity.", "slot.")
SLOTS = NAMES.filter(lambda name: not name.startswith(OURS)) | st.sampled_from(
    ["slot.intent", "slot.entity.a"]
)


@st.composite
def turns(draw) -> Turn:
    """Draw a turn that Rasa can express: one action, and entities only with a message."""
    facts = draw(st.dictionaries(SLOTS, VALUES, max_size=3))
    user = draw(st.none() | TEXTS)
    intent = draw(st.none() | NAMES.filter(lambda name: not name.startswith("/")))
    if intent is not None:
        facts["intent"] = intent
    if user is not None or intent is not None:
        facts |= draw(st.dictionaries(ENTITIES, VALUES, max_size=2))
    if draw(st.booleans()):
        facts["active_loop"] = draw(NAMES)
    action = draw(st.sampled_from(["greet", "true", "say: it", "action_x", "12"]))
    said = {"greet": "Hi [you](who)!\nAnd you?", "say: it": "say: it"}.get(action)
    return Turn(user, (action,), facts, said)


METADATA = st.dictionaries(NAMES.filter(lambda name: name != "conversation_start"), VALUES, max_size=2)
DIALOGUES = st.builds(
    lambda name, turns, metadata, kind: Dialogue(name, turns, metadata | {"kind": kind}, name),
    NAMES,
    st.lists(turns(), min_size=1, max_size=5),
    METADATA,
    st.sampled_from(["story", "rule"]),
)


def read(text: str, name: str = "s.yml", **more) -> list[Dialogue]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(text.encode())
        return list(turncast.read(path, **more))


def refusal(text: str, name: str) -> str:
    """Return the error message of a file that is refused, else "". Any other error is a failure."""
    try:
        read(text, name, format="rasa")
    except CorpusError as error:
        return str(error)
    return ""


@examples(60)
@given(st.lists(DIALOGUES, min_size=1, max_size=4, unique_by=lambda dialogue: dialogue.id))
@example([Dialogue("a\x85\u2028b", [Turn("\x7f\ufeff\0", ("greet",))], {"kind": "story"}, "a\x85\u2028b")])
def test_written_stories_are_read_back(dialogues):
    back = read(to_rasa_yaml(Corpus("c", dialogues)))
    written = sorted(dialogues, key=lambda dialogue: dialogue.metadata["kind"] == "rule")
    assert [one.group for one in back] == [one.group for one in written]
    assert [one.metadata for one in back] == [one.metadata for one in written]
    for one, other in zip(back, written, strict=True):
        assert one.id == f"s:{other.id}"
        assert one.turns == other.turns


@pytest.mark.quick
def test_read_stories_are_written_and_read_back():
    for name, text in (("a.yml", STORIES), ("a.yml", TESTS), ("a.md", MARKDOWN), ("a.md", END_TO_END)):
        dialogues = read(text, name)
        back = read(to_rasa_yaml(Corpus("c", dialogues)))
        assert [(one.turns, one.group) for one in back] == [(one.turns, one.group) for one in dialogues]


def test_dialogues_that_rasa_cannot_express():
    turns = [
        Turn("a", (), {"n": 1}),
        Turn("b", ("x", "y"), {"intent": 5, "entity.e": 1}),
        Turn(None, ("action_listen",), {"entity.f": "g"}),
        Turn(None, ("x",), response="Other"),
    ]
    (dialogue,) = read(to_rasa_yaml(Corpus("c", [Dialogue("d", turns)])))
    assert dialogue.turns == (
        Turn("a\nb", ("x",), {"n": 1, "slot.intent": 5, "entity.e": 1}, "Other"),
        Turn(None, ("y",)),
        Turn(None, ("x",), {"slot.entity.f": "g"}, "Other"),
    )


PIECES = [
    "\n",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "*a",
    "&a ",
    "!x ",
    "null",
    "5",
    '"',
    "'",
    "|",
    "  ",
    "\t",
    "# ",
    "~",
]


@examples(200)
@given(st.data(), st.sampled_from([STORIES, TESTS, CHECKPOINTS, MARKDOWN, END_TO_END]))
def test_damage_is_read_or_refused_in_one_line(data, text):
    name = "a.md" if text in (MARKDOWN, END_TO_END) else "a.yml"
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = min(len(text), begin + data.draw(st.integers(0, 30)))
        piece = data.draw(st.sampled_from(PIECES) | st.just(text[begin:end] * 2) | st.text(max_size=3))
        text = text[:begin] + piece.encode(errors="replace").decode() + text[end:]
    assert "\n" not in refusal(text, name)


WORDS = ["stories", "rules", "story", "rule", "steps", "intent", "user", "entities", "action", "bot", "or"]
WORDS += [
    "checkpoint",
    "slot_was_set",
    "active_loop",
    "condition",
    "metadata",
    "responses",
    "actions",
    "forms",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from([*WORDS, "a", ""]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=4),
    max_leaves=25,
)


@examples(200)
@given(st.sampled_from(["stories", "rules", "responses", "actions"]), JSON)
def test_any_shape_is_read_or_refused_in_one_line(section, value):
    text = json.dumps({section: value, "stories ": None})
    assert "\n" not in refusal(text, "a.yml")
