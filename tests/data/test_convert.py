"""Converting: what is written is read again, and nothing is ever half written."""

import contextlib
import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.corpora import tiny
from support.property_tests import examples
from support.strategies import corpora as any_corpus
from turncast import Corpus, Dialogue, Turn
from turncast.data import WRITERS, convert
from turncast.errors import ConfigError, CorpusError, OutputExists

FORMATS = ["jsonl", "parquet"]


@pytest.mark.parametrize("to", FORMATS)
@given(corpus=any_corpus)
@examples(60)
def test_written_corpora_are_read(to, corpus, tmp_path_factory):
    if to == "parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path_factory.mktemp("convert") / "any.bin"
    written = convert(corpus, out, to)
    # Types too: true, 1 and 1.0 are equal in Python, and differ as facts.
    assert repr(list(turncast.read(out))) == repr(list(corpus))
    assert (written.dialogues, written.turns) == (
        len(corpus.dialogues),
        sum(map(len, corpus)),
    )
    assert written.bytes == out.stat().st_size


@pytest.mark.quick
def test_more_turns_than_are_held_at_a_time(tmp_path):
    pytest.importorskip("pyarrow")
    corpus = tiny(dialogues=4000)
    convert(corpus, tmp_path / "many.parquet")
    assert list(turncast.read(tmp_path / "many.parquet")) == list(corpus)


def test_the_suffix_says_the_format(tmp_path):
    for name, writer in WRITERS.items():
        for suffix in writer.suffixes:
            if name in FORMATS:
                assert convert(tiny(), tmp_path / f"x{suffix.upper()}").format == name
    with pytest.raises(ConfigError) as error:
        convert(tiny(), tmp_path / "x.csv")
    assert "csv: no format that can be written has this suffix; name one with --to: jsonl (.jsonl" in str(
        error.value
    )
    with pytest.raises(ConfigError, match="--to 'parket' cannot be written; did you mean 'parquet'"):
        convert(tiny(), tmp_path / "x.csv", "parket")


def test_a_file_that_is_there_stays_unless_forced(tmp_path):
    out = tmp_path / "x.jsonl"
    out.write_text("mine")
    with pytest.raises(OutputExists, match="the file exists; give --force"):
        convert(tiny(), out)
    assert out.read_text() == "mine"
    convert(tiny(), out, force=True)
    assert len(out.read_text().splitlines()) == 12


def test_a_corpus_is_converted_in_place(tmp_path):
    out = tmp_path / "x.jsonl"
    convert(tiny(), out)
    convert(turncast.read(out).filter(lambda position, _: position < 3), out, force=True)
    assert len(out.read_text().splitlines()) == 3


@pytest.mark.parametrize("to", FORMATS)
@pytest.mark.parametrize(
    ("turn", "problem"),
    [
        (
            Turn("half \ud800", ("a",)),
            "'half \\ud800' has half a character (a lone surrogate), which",
        ),
        (Turn("x", ("a",), {"sum": float("inf")}), "turn 1: 'sum' is inf, which"),
    ],
)
def test_a_failed_write_leaves_no_file(to, turn, problem, tmp_path):
    if to == "parquet":
        pytest.importorskip("pyarrow")
    corpus = Corpus("bad", (Dialogue("good", (Turn("x", ("a",)),)), Dialogue("evil", (turn,))))
    with pytest.raises(CorpusError) as error:
        convert(corpus, tmp_path / "x", to)
    assert f"{problem} cannot be written as {to}; " in str(error.value)
    assert "evil" in str(error.value)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_read_keeps_the_old_file(tmp_path):
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"turns": [{"actions": ["a"]}]}\n{"turns": 7}\n')
    out.write_text("mine")
    with pytest.raises(CorpusError, match="line 2"):
        convert(turncast.read(source), out, force=True)
    assert out.read_text() == "mine"
    assert {file.name for file in tmp_path.iterdir()} == {"in.jsonl", "out.jsonl"}


def test_rows_out_of_order_are_refused(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    convert(tiny(), tmp_path / "x.parquet")
    table = parquet.read_table(tmp_path / "x.parquet")
    parquet.write_table(table.take([1, 0, 2]), tmp_path / "x.parquet")
    with pytest.raises(CorpusError) as error:
        list(turncast.read(tmp_path / "x.parquet"))
    assert str(error.value) == (
        f"{tmp_path / 'x.parquet'} row 1: expected turn 1 of dialogue 'tiny-0', got turn 2; "
        "sort the rows by dialogue and turn"
    )


VALUES = st.none() | st.integers(-3, 3) | st.sampled_from(["", "x", "{}", "[1]", "{", '{"a": [1]}', "NaN"])


@given(column=st.sampled_from(turncast.readers.parquet_corpus.COLUMNS), values=st.lists(VALUES, min_size=4))
@examples(80)
def test_damaged_columns_are_read_or_refused_in_one_line(column, values, tmp_path_factory):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    path = tmp_path_factory.mktemp("damaged") / "x.parquet"
    convert(tiny(dialogues=4), path)
    table = parquet.read_table(path)
    kind = random.Random(len(values)).choice([int, str])
    cells = [value if isinstance(value, kind) else None for value in values] * table.num_rows
    number = table.schema.get_field_index(column)
    damaged = table.set_column(number, column, pyarrow.array(cells[: table.num_rows]))
    parquet.write_table(damaged, path)
    with contextlib.suppress(CorpusError):
        list(turncast.read(path))


def test_a_number_that_is_null_is_an_absent_fact(tmp_path):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"case": ["1"], "activity": ["a"], "sum": [float("nan")]})
    parquet.write_table(table, tmp_path / "log.parquet")
    columns = turncast.readers.Columns(facts=("sum",))
    assert next(iter(turncast.read(tmp_path / "log.parquet", columns=columns)))[0].facts == {}


def test_the_written_lines_are_the_reference_format(tmp_path):
    convert(tiny(), tmp_path / "x.jsonl")
    first = json.loads((tmp_path / "x.jsonl").read_text().splitlines()[0])
    assert first["turns"][0] == {"user": "a tea please", "actions": ["ask_size"], "response": "Which size?"}


def test_rasa_yaml_is_read_again(tmp_path):
    out = tmp_path / "stories.yml"
    written = convert(tiny(), out)
    assert (written.format, written.dialogues) == ("rasa", 12)
    read = list(turncast.read(out))
    assert [[turn.actions for turn in dialogue] for dialogue in read] == [
        [turn.actions for turn in dialogue] for dialogue in tiny()
    ]
    assert [[turn.user for turn in dialogue] for dialogue in read] == [
        [turn.user for turn in dialogue] for dialogue in tiny()
    ]
