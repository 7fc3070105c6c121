"""The rules of all readers: a guess is noted, and a parser is as strict as its promise."""

import copy
import json
import math
import re

import pytest

import turncast
from support.reader_examples import EXAMPLES
from turncast.data import read_mapping, summarise
from turncast.errors import ConfigError, CorpusError
from turncast.readers import FORMATS, Columns, read_slot_values


@pytest.mark.parametrize("name", FORMATS)
def test_every_reader_notes_its_format(tmp_path, name):
    """Rule 2: the format stands first, then the columns of a table."""
    corpus = turncast.read(EXAMPLES[name]().write(tmp_path))
    notes = summarise(corpus).to_json()["read_as"]
    assert notes[0].startswith(f"format: {name}")
    assert any(note.startswith("columns: ") for note in notes) == (name in ("csv", "parquet", "excel"))
    again = list(corpus.notes)
    assert list(corpus)
    assert list(corpus.notes) == again, "each pass counts anew"


# Rule 3: texts that lenient parsers take, and what is right for each.
UNCLOSED = 'dialogue,text,action\n1,hi,a\n1,"so he,b\n2,hi,a\n'
TOO_STRICT = [
    (lambda path: list(turncast.read(path)), CorpusError, " line 3: the quote at the beginning of a cell"),
    (read_slot_values, CorpusError, " line 3: the quote at the beginning of a cell never closes"),
]


@pytest.mark.parametrize(("read", "kind", "message"), TOO_STRICT)
def test_every_reader_of_csv_refuses_a_quote_that_never_closes(tmp_path, read, kind, message):
    path = tmp_path / "log.csv"
    path.write_text(UNCLOSED)
    with pytest.raises(kind) as error:
        read(path)
    assert str(error.value).startswith(f"{path}{message}")


def test_a_mapping_refuses_a_quote_that_never_closes(tmp_path):
    path = tmp_path / "map.csv"
    path.write_text('old,new\nBye,"goodbye\nHi,greet\n')
    with pytest.raises(ConfigError) as error:
        read_mapping(path)
    assert str(error.value) == f"{path} line 3: a quote never closes; correct the row"


def test_slot_values_refuse_cells_without_a_slot(tmp_path):
    path = tmp_path / "menu.csv"
    path.write_text("drink;size\ntea;small\ncoffee\n;large;\n")
    assert read_slot_values(path) == {"drink": ["tea", "coffee"], "size": ["small", "large"]}
    path.write_text("drink,size\ntea,small,cheap\n")
    with pytest.raises(CorpusError, match=r"menu.csv line 2: 3 cells, but the header has 2 columns"):
        read_slot_values(path)
    path.write_text('drink\tsize\n"tea"\t5"\n')
    assert read_slot_values(path) == {"drink": ['"tea"'], "size": ['5"']}


CODES = {"1_000": str, "0041": str, "123e4567": str, "1e999": str, "nan": str, "12": int, "1.5": float}


@pytest.mark.parametrize(("code", "kind"), CODES.items())
def test_numbers_and_codes_are_distinguished_alike_everywhere(tmp_path, code, kind):
    path = tmp_path / "log.csv"
    path.write_text(f"case,activity,x\n1,a,{code}\n")
    (dialogue,) = turncast.read(path, columns=Columns(facts=("x",), metadata=("x",)))
    (tab,) = turncast.read(path, columns=Columns(metadata=("x",)))
    for value in (dialogue[0].facts["x"], tab.metadata["x"], turncast.dialogue.parse_fact(code)):
        assert type(value) is kind
        assert str(value) == code


def test_a_json_line_is_as_strict_as_json(tmp_path):
    path = tmp_path / "d.jsonl"
    for number in ("1_000", "0041", "NaN", "Infinity", ".5", "+1"):
        path.write_text(
            json.dumps({"turns": [{"actions": ["a"], "facts": {"x": "?"}}]}).replace('"?"', number)
        )
        with pytest.raises(CorpusError, match="line 1"):
            list(turncast.read(path))


TEXT_FORMATS = {"plain", "babi", "swda", "csv", "parquet", "excel", "npz", "rasa"}
JSON_FORMATS = sorted(EXAMPLES.keys() - TEXT_FORMATS)
ARABIC_TWO = "\N{ARABIC-INDIC DIGIT TWO}"
FOREIGN = [{"zq": 1}, ["zq"], [{"zq": None}], True, None, 9.75, 1e999, math.nan, "", {}, []]
"""Values of every type, to stand where the format has another."""

REPRESENTATION = re.compile(r"\{'|\['|\[\{|'zq'|\b(None|True|False|nan|inf)\b")
"""What Python's `str` makes of values that are not texts."""


def leaves(value, path=()):
    """Yield the path of each value inside a JSON value."""
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for key, item in items:
        yield from leaves(item, (*path, key))


def replaced(value, path, other):
    changed = copy.deepcopy(value)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    parent[path[-1]] = other
    return changed


def documents(name):
    """Yield (file, its JSON value, how to write it) for each file of the format's example."""
    for file, content in EXAMPLES[name]().files.items():
        text = content.decode()
        if file.endswith("jsonl") or (name == "bfcl"):
            records = [json.loads(line) for line in text.splitlines()]
            yield file, records, lambda value: "".join(json.dumps(each) + "\n" for each in value)
        else:
            yield file, json.loads(text), json.dumps


def texts_and_facts(dialogue):
    """Yield every text of a dialogue, and every value of a fact or of the metadata."""
    yield from filter(None, (dialogue.id, dialogue.group))
    for facts in (dialogue.metadata, *(turn.facts for turn in dialogue)):
        yield from facts.keys()
        yield from facts.values()
    for turn in dialogue:
        yield from filter(None, (turn.user, turn.response, *turn.actions))


@pytest.mark.parametrize("name", JSON_FORMATS)
def test_values_of_another_type_are_never_turned_into_text(name, tmp_path):
    path = EXAMPLES[name]().write(tmp_path)
    for file, document, dump in documents(name):
        before = (tmp_path / file).read_text()
        for place in leaves(document):
            for foreign in FOREIGN:
                (tmp_path / file).write_text(dump(replaced(document, place, foreign)))
                try:
                    dialogues = list(turncast.read(path, format=name))
                except CorpusError:
                    continue
                for value in (each for dialogue in dialogues for each in texts_and_facts(dialogue)):
                    if isinstance(value, str):
                        assert not REPRESENTATION.search(value), (place, foreign, value)
                        assert value != "9.75", (place, foreign)
                    else:
                        assert math.isfinite(value), (place, foreign)
        (tmp_path / file).write_text(before)


@pytest.mark.parametrize("name", JSON_FORMATS)
def test_a_duplicate_key_is_refused(name, tmp_path):
    path = EXAMPLES[name]().write(tmp_path)
    file, *_ = EXAMPLES[name]().files
    (tmp_path / file).write_text((tmp_path / file).read_text().replace("{", '{"zq": 1, "zq": 2, ', 1))
    with pytest.raises(CorpusError, match="an object has the key 'zq' twice; keep one"):
        list(turncast.read(path, format=name))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("babi", f"1 hi\thello\n{ARABIC_TWO} bye\tgoodbye\n", "line 2: expected 'id user<TAB>system'"),
        ("babi", "1 hi\thello\n1_0 bye\tgoodbye\n", "line 2: expected 'id user<TAB>system'"),
        ("babi", "1 hi\thello\n3 bye\tgoodbye\n", "line 2: the line has the id 3 where 2 is expected"),
        ("babi", "1 a\tb\n2 c\td\n2 e\tf\n", "line 3: the line has the id 2 where 3 is expected"),
        ("babi", "2 hi\thello\n", "line 1: the line has the id 2 where 1 is expected"),
        ("plain", f't1: system: "b"(action=c)\nt{ARABIC_TWO}: (action=d)\n', "line 1: t1 cannot be read"),
    ],
)
def test_numbers_have_ascii_digits_and_follow_each_other(name, text, message, tmp_path):
    path = tmp_path / "corpus.txt"
    path.write_text(text)
    with pytest.raises(CorpusError) as error:
        list(turncast.read(path, format=name))
    assert str(error.value).startswith(f"{path} {message}")


def test_ratings_are_numbers(tmp_path):
    path = tmp_path / "task.txt"
    ratings = {"one": "4.5", "two": "10", "three": "\N{ARABIC-INDIC DIGIT NINE}", "four": "1_00", "five": "3"}
    lines = [f"{name} R_rating {rating}" for name, rating in ratings.items()]
    lines = ["hi\tapi_call a b c", *lines, "go on\thow about two"]
    path.write_text("".join(f"{number} {line}\n" for number, line in enumerate(lines, 1)))
    (dialogue,) = turncast.read(path)
    names = [value for fact, value in dialogue[1].facts.items() if fact.endswith(".R_name")]
    assert names == ["two", "one", "five", "three", "four"]


@pytest.mark.parametrize("call", ["book(**more)", "book(*places)", "book(seat=4, **more)"])
def test_calls_whose_arguments_are_not_known_are_refused(call, tmp_path):
    path = EXAMPLES["bfcl"]().write(tmp_path)
    answers = tmp_path / "possible_answer" / "q.json"
    answers.write_text(answers.read_text().replace("open(name='list')", call))
    with pytest.raises(CorpusError, match="has arguments behind a star; write each argument"):
        list(turncast.read(path))
