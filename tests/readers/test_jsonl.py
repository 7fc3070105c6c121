"""JSON Lines: what is read, and the messages of errors."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from turncast import Corpus, Dialogue, Turn
from turncast.errors import CorpusError
from turncast.readers import to_json


@pytest.mark.quick
def test_all_fields(tmp_path):
    path = tmp_path / "one.jsonl"
    turn = {
        "user": "hi",
        "facts": {"open": True, "left": 3, "area": "north", "gone": None},
        "actions": ["greet"],
    }
    record = {
        "id": "d1",
        "metadata": {"happy": True},
        "turns": [turn, {"user": None, "actions": [], "response": "so"}],
    }
    path.write_text(json.dumps(record) + "\n\n" + json.dumps({"turns": [{"actions": ["a", "b", "a"]}]}))
    assert list(turncast.read(path)) == [
        Dialogue(
            "d1",
            (Turn("hi", ("greet",), {"open": True, "left": 3, "area": "north"}), Turn(response="so")),
            {"happy": True},
        ),
        Dialogue("one:3", (Turn(None, ("a", "b")),)),
    ]


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
fact = st.booleans() | st.integers(-(2**60), 2**60) | st.floats(allow_nan=False, allow_infinity=False) | text
turns = st.builds(
    Turn,
    user=st.none() | text,
    actions=st.lists(text.filter(bool), max_size=3).map(tuple),
    facts=st.dictionaries(text, fact, max_size=3),
    response=st.none() | text,
)


@given(st.lists(st.lists(turns, min_size=1, max_size=4), min_size=1, max_size=4))
def test_written_dialogues_are_read_back(tmp_path_factory, dialogues):
    corpus = Corpus("c", [Dialogue(f"d{n}", tuple(made), {"n": n}) for n, made in enumerate(dialogues)])
    path = tmp_path_factory.mktemp("jsonl") / "c.jsonl"
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in corpus), encoding="utf-8", newline="")
    assert list(turncast.read(path)) == list(corpus)


GOOD = '{"id": "good", "turns": [{"user": "hi", "actions": ["greet"]}]}'


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"turns": [{"actions": ["a"]}', "not JSON: Expecting ',' delimiter at column 30; correct it"),
        ("[1, 2]", "the line is a list; give one dialogue per line, as a JSON object"),
        (
            '{"id": "x"}',
            "the dialogue has no 'turns'; "
            'give a list, such as "turns": [{"user": "hi", "actions": ["greet"]}]',
        ),
        ('{"turns": []}', "the dialogue has no turns; give at least one turn, or remove the line"),
        ('{"turns": [7]}', "turn 1: the turn is a number; give an object"),
        (
            '{"turns": [{"actions": []}, {"user": "x"}]}',
            "turn 2: the turn has no 'actions'; give a list, or [] if the system did nothing",
        ),
        (
            '{"turns": [{"actions": "greet"}]}',
            "turn 1: 'actions' is a string; give a list of strings, such as [\"ask_name\"]",
        ),
        ('{"turns": [{"actions": [3]}]}', 'turn 1: an action is a number; write it as a string: "3"'),
        ('{"turns": [{"actions": [null]}]}', "turn 1: an action is null; give strings"),
        (
            '{"turns": [{"actions": [""]}]}',
            "turn 1: an action is an empty string; name the action, or remove it",
        ),
        ('{"turns": [{"user": 5, "actions": []}]}', "turn 1: 'user' is a number; give a string or null"),
        (
            '{"turns": [{"facts": [], "actions": []}]}',
            "turn 1: 'facts' is a list; give an object of names and values",
        ),
        (
            '{"turns": [{"facts": {"a": [1]}, "actions": []}]}',
            "turn 1: fact 'a' is a list; give true, false, a number or a string",
        ),
        (
            '{"turns": [{"facts": {"a": 1e999}, "actions": []}]}',
            "turn 1: fact 'a' is inf; give a finite number",
        ),
        ('{"id": [], "turns": [{"actions": []}]}', "'id' is a list; give a string"),
        (
            '{"id": "good", "turns": [{"actions": []}]}',
            "line 1 has the same dialogue id 'good'; give each dialogue a different id",
        ),
        (
            '{"turns": [{"facts": {"a": 1' + "0" * 400 + '}, "actions": []}]}',
            "turn 1: fact 'a' is a number too large to calculate with; give a smaller number, or a string",
        ),
        ('{"turns": ' + "9" * 5000 + "}", "a number is too long; correct it"),
        (
            '{"turns": [{"user": "a", "actions": [], "user": "b"}]}',
            "an object has the key 'user' twice; keep one",
        ),
        (
            '{"turns": [{"facts": {"a": 1, "a": 1}, "actions": []}]}',
            "an object has the key 'a' twice; keep one",
        ),
        (
            '\ufeff{"turns": [{"actions": []}]}',
            "there is a byte order mark (BOM) inside the file; remove it; files were joined here",
        ),
        ("[" * 100_000, "JSON nested too deeply; correct it"),
        (
            '{"turns": [{"user": "\\ud800", "actions": []}]}',
            "an escape from \\ud800 to \\udfff is half a character; "
            "write both halves, or the character itself",
        ),
    ],
)
def test_errors(tmp_path, line, message):
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path))
    separator = " " if message.startswith("turn ") else ": "
    assert str(error.value) == f"{path} line 3{separator}{message}"


def test_an_error_names_a_broken_line(tmp_path):
    path = tmp_path / "long.jsonl"
    with path.open("w") as file:
        for number in range(20_000):
            file.write(GOOD.replace("good", f"d{number}") + "\n")
        file.write('{"id": "half\n')
    with pytest.raises(CorpusError, match=r"long\.jsonl line 20001: not JSON: "):
        list(turncast.read(path))


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_byte_order_mark_and_either_line_end_are_read(tmp_path, end):
    path = tmp_path / "dos.jsonl"
    path.write_text(
        "\ufeff" + GOOD + end + end + GOOD.replace("good", "next") + end, encoding="utf-8", newline=""
    )
    assert [dialogue.id for dialogue in turncast.read(path)] == ["good", "next"]


def test_the_fast_path_gives_the_same_turns(tmp_path):
    """An unknown key makes the reader take the slow path for a turn."""
    turns = [
        {"user": "hi", "actions": ["a", "b", "a"], "facts": {"x": 1, "y": True, "z": "s", "w": -2.5}},
        {"user": None, "actions": [], "facts": {}, "response": ""},
        {"actions": ["a", "b", "a"], "facts": None},
        {"actions": ["b"], "facts": {"x": None}},
    ]
    path = tmp_path / "both.jsonl"
    close = [turn | {"note": 1} for turn in turns]
    path.write_text(json.dumps({"turns": turns}) + "\n" + json.dumps({"turns": close}))
    corpus = turncast.read(path)
    quick, slow = corpus
    assert quick.turns == slow.turns
    assert [type(fact) for fact in quick[0].facts.values()] == [int, bool, str, float]
    assert corpus.skipped == {"unknown turn key 'note'": 4}
    with pytest.raises(TypeError):
        quick[0].facts["x"] = 2
    with pytest.raises(AttributeError):
        quick[0].user = "no"
