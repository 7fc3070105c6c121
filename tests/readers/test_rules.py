"""The rules of all readers: a guess is told, and a parser is as strict as its promise."""

import json

import pytest

import turncast
from support.reader_examples import EXAMPLES, CorpusExample
from turncast.data import read_mapping, summarise
from turncast.errors import ConfigError, CorpusError
from turncast.readers import FORMATS, Columns, read_slot_values


def write_files(folder, source: CorpusExample):
    for name, content in source.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder / source.path


@pytest.mark.parametrize("name", FORMATS)
def test_every_reader_says_what_it_took_for_what(tmp_path, name):
    """Rule 2: the format stands first, then the columns of a table."""
    corpus = turncast.read(write_files(tmp_path, EXAMPLES[name]()))
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
def test_numbers_and_codes_are_told_apart_alike_everywhere(tmp_path, code, kind):
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
