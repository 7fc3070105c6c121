"""Tables: CSV and Parquet, also as event logs."""

import datetime

import pytest

import turncast
from turncast import Turn
from turncast.errors import CorpusError
from turncast.readers import Columns

LOG = """CaseID,ActivityID,CompleteTimestamp
2,8,2012-04-03 16:55:53
3,1,2010-10-29 18:14:06
2,1,2012-04-03 16:55:38
3,6,2010-11-04 01:21:17
"""


def read(tmp_path, text, name="table.csv", **columns):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    corpus = turncast.read(path, columns=Columns(**columns))
    return {dialogue.id: dialogue.turns for dialogue in corpus}


@pytest.mark.quick
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_event_log_is_grouped_by_case_and_sorted_by_time(tmp_path, delimiter, end):
    dialogues = read(tmp_path, LOG.replace(",", delimiter).replace("\n", end), "log.txt")
    assert dialogues == {
        "2": (Turn(None, ("1",)), Turn(None, ("8",))),
        "3": (Turn(None, ("1",)), Turn(None, ("6",))),
    }


def test_named_columns(tmp_path):
    text = 'who;n;said;did;paid;sum\nx;10;"bye; then";a|b;true;\nx;9;"he said ""hi""\nand left";c;;2.5\n'
    dialogues = read(
        tmp_path, text, dialogue="who", order="n", user="said", action="did", facts=("paid", "sum")
    )
    assert dialogues == {
        "x": (
            Turn('he said "hi"\nand left', ("c",), {"sum": 2.5}),
            Turn("bye; then", ("a", "b"), {"paid": True}),
        )
    }


def test_rows_without_an_order_column_keep_their_order(tmp_path):
    assert read(tmp_path, "case,activity\n1,b\n1,a\n") == {"1": (Turn(None, ("b",)), Turn(None, ("a",)))}


def test_dates_with_and_without_a_zone(tmp_path):
    text = "case,activity,time\n1,c,2020-01-01T12:00:00+02:00\n1,a,2020-01-01\n1,d,2020-01-02T00:00:00Z\n"
    assert [turn.actions for turn in read(tmp_path, text)["1"]] == [("a",), ("c",), ("d",)]


def test_a_huge_cell(tmp_path):
    text = "word " * 100_000
    dialogues = read(tmp_path, f"dialogue,text,action\n1,{text},a\n")
    assert dialogues["1"][0].user == text.strip()


@pytest.mark.parametrize(
    ("text", "columns", "message"),
    [
        (
            "case,what\n1,a\n",
            {},
            ": no column has a usual name of the action; name one of case, what with --column action=NAME",
        ),
        (
            "case,activity\n1,a\n",
            {"user": "activty"},
            ": there is no column 'activty'; did you mean 'activity'?; the columns are case, activity",
        ),
        (
            "case,activity\n1,a\n2\n",
            {},
            " line 3: 1 cells, but the header has 2 columns; "
            "correct the row, or quote a text that contains the delimiter",
        ),
        (
            "case,activity\n1,\n",
            {},
            " line 2: the action column 'activity' is empty; give an action, or remove the row; "
            "only turncast predict takes a last row without one, as the turn that has not happened yet",
        ),
        (
            "case,activity,time\n1,a,2020-01-01\n1,b,yesterday\n",
            {},
            " line 3: the order column 'time' has 'yesterday'; all its cells must be numbers, "
            "or all ISO dates; correct it, read other dates with --read dates=day-first, month-first or a "
            "pattern, name another column with --column order=NAME, or keep the order of the file with "
            "--column order=",
        ),
        (
            "case,activity\n1,a\rb\n",
            {},
            " line 2: a cell has a line end and is not quoted; quote it",
        ),
        ("case,case,activity\n1,2,a\n", {}, ": two columns are named 'case'; rename one"),
    ],
)
def test_errors(tmp_path, text, columns, message):
    with pytest.raises(CorpusError) as error:
        read(tmp_path, text, **columns)
    assert str(error.value) == f"{tmp_path / 'table.csv'}{message}"


def test_rows_without_a_dialogue_are_counted(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("case,activity\n1,a\n,b\n")
    corpus = turncast.read(path)
    assert len(list(corpus)) == 1
    assert corpus.skipped == {"row without a dialogue": 1}


def test_parquet(tmp_path):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(
        {
            "case": [1, 1, 2],
            "activity": ["b", "a", "c"],
            "time": [datetime.datetime(2020, 1, day) for day in (2, 1, 1)],
            "amount": [1.5, None, 3.0],
        }
    )
    parquet.write_table(table, tmp_path / "log.bin")
    corpus = turncast.read(tmp_path / "log.bin", columns=Columns(facts=("amount",)))
    assert {dialogue.id: dialogue.turns for dialogue in corpus} == {
        "1": (Turn(None, ("a",)), Turn(None, ("b",), {"amount": 1.5})),
        "2": (Turn(None, ("c",), {"amount": 3.0}),),
    }
    (tmp_path / "cut.bin").write_bytes((tmp_path / "log.bin").read_bytes()[:100])
    with pytest.raises(CorpusError, match="not a complete Parquet file"):
        list(turncast.read(tmp_path / "cut.bin"))


def test_the_real_event_log(corpora):
    corpus = list(turncast.read(corpora / "eventlog" / "helpdesk.csv"))
    assert (len(corpus), sum(map(len, corpus))) == (3804, 13_710)
