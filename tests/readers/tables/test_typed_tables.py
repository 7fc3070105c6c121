"""Tables with types (Parquet and Excel): each type is read exactly, or refused by name."""

import datetime
import decimal
import io
import zipfile

import pytest

import turncast
from turncast.errors import CorpusError
from turncast.readers import Columns, ReadConfig


def parquet_file(tmp_path, **columns):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table(columns)
    parquet.write_table(table, tmp_path / "log.parquet")
    return tmp_path / "log.parquet"


def excel_file(tmp_path, *sheets):
    openpyxl = pytest.importorskip("openpyxl")
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets):
        sheet = workbook.create_sheet(f"sheet {number}")
        for row in rows:
            sheet.append(row)
    workbook.save(tmp_path / "log.xlsx")
    return tmp_path / "log.xlsx"


def turns(path, config=None, **columns):
    corpus = turncast.read(path, columns=Columns(**columns), config=ReadConfig(**config or {}))
    return [turn for dialogue in corpus for turn in dialogue]


def actions(path, **columns):
    return [action for turn in turns(path, **columns) for action in turn.actions]


@pytest.mark.quick
def test_every_type_of_parquet_is_a_fact_or_refused_by_name(tmp_path):
    pa = pytest.importorskip("pyarrow")
    facts = {
        "text": (["x"], "x"),
        "large": (pa.array(["x"], pa.large_string()), "x"),
        "dictionary": (pa.array(["x"]).dictionary_encode(), "x"),
        "bytes": (pa.array([b"h\xc3\xa9"]), "hé"),
        "boolean": ([True], True),
        "whole": (pa.array([2**63 - 1]), 2**63 - 1),
        "unsigned": (pa.array([2**64 - 1], pa.uint64()), 2**64 - 1),
        "half": (pa.array([0.5], pa.float16()), 0.5),
        "infinite": ([float("inf")], "inf"),
        "missing": ([float("nan")], None),
        "nothing": (pa.nulls(1), None),
        "price": (pa.array([decimal.Decimal("2.50")]), 2.5),
        "count": (pa.array([decimal.Decimal("12345678901234567890")]), 12345678901234567890),
        "day": (pa.array([datetime.date(2024, 1, 31)]), "2024-01-31"),
        "day64": (pa.array([datetime.date(2024, 1, 31)], pa.date64()), "2024-01-31"),
        "moment": (pa.array([1_000_000_001], pa.timestamp("ns")), "1970-01-01T00:00:01.000000001"),
        "zoned": (pa.array([0], pa.timestamp("s", "Europe/Oslo")), "1970-01-01T00:00:00"),
        "clock": (pa.array([1], pa.time64("ns")), "00:00:00.000000001"),
        "clock32": (pa.array([61], pa.time32("s")), "00:01:01"),
        "took": (pa.array([1500], pa.duration("ms")), 1.5),
        "took_seconds": (pa.array([90], pa.duration("s")), 90),
    }
    columns = {name: values for name, (values, _) in facts.items()}
    path = parquet_file(tmp_path, case=["1"], activity=["a"], **columns)
    (turn,) = turns(path, facts=tuple(facts))
    assert turn.facts == {name: value for name, (_, value) in facts.items() if value is not None}
    refused = {
        "list": pa.array([["x"]]),
        "struct": pa.array([{"n": "x"}]),
        "map": pa.array([[("n", "x")]], pa.map_(pa.string(), pa.string())),
    }
    for name, values in refused.items():
        path = parquet_file(tmp_path, case=["1"], activity=["a"], **{name: values})
        assert actions(path) == ["a"], "a column that is not used may have any type"
        with pytest.raises(CorpusError) as error:
            turns(path, facts=(name,))
        assert str(error.value).startswith(f"{path}: the column {name!r} has the type {name}<")
        path = parquet_file(tmp_path, case=values, activity=["a"])
        with pytest.raises(CorpusError, match=rf"the column 'case' has the type {name}<"):
            turns(path)


def test_values_of_parquet_that_are_no_text_are_refused_with_their_row(tmp_path):
    pa = pytest.importorskip("pyarrow")
    path = parquet_file(tmp_path, case=["1", "1"], activity=pa.array([b"a", b"\xff"]))
    with pytest.raises(CorpusError, match=r"row 2: the column 'activity' has bytes that are not UTF-8"):
        turns(path)
    year_zero = pa.array([-(10**14)], pa.timestamp("ms"))
    path = parquet_file(tmp_path, case=["1"], activity=["a"], day=year_zero)
    with pytest.raises(CorpusError, match=r"row 1: the column 'day' has a date outside the years 1 to 9999"):
        turns(path, facts=("day",))


def test_old_dates_sort_exactly_and_are_counted(tmp_path):
    pa = pytest.importorskip("pyarrow")
    times = pa.array([-(10**14) + 1, -(10**14)], pa.timestamp("ms"))
    path = parquet_file(tmp_path, case=["1", "1"], activity=["b", "a"], timestamp=times)
    corpus = turncast.read(path)
    assert [turn.actions for dialogue in corpus for turn in dialogue] == [("a",), ("b",)]
    assert corpus.skipped == {"time of a first event outside the years 1 to 9999": 1}


def test_lists_of_actions_in_parquet(tmp_path):
    pa = pytest.importorskip("pyarrow")
    path = parquet_file(tmp_path, case=["1", "1", "1"], activity=[["a", "b"], [], ["c"]])
    assert [turn.actions for turn in turns(path)] == [("a", "b"), (), ("c",)]
    path = parquet_file(tmp_path, case=["1"], activity=pa.array([[b"a", b"b"]]))
    assert actions(path) == ["a", "b"]
    for bad in ("", " ", None):
        path = parquet_file(tmp_path, case=["1", "1"], activity=[["a"], ["b", bad]])
        with pytest.raises(CorpusError, match=r"row 2: an action in the column 'activity' is null or empty"):
            turns(path)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_parquet_rows_are_sorted_exactly(tmp_path, unit):
    pa = pytest.importorskip("pyarrow")
    times = pa.array([10**12 + 1, 10**12, 10**12 + 2], pa.timestamp(unit))
    path = parquet_file(tmp_path, case=["1"] * 3, activity=["b", "a", "c"], timestamp=times)
    assert actions(path) == ["a", "b", "c"]
    path = parquet_file(tmp_path, case=["1"] * 2, activity=["b", "a"], step=[2**60 + 1, 2**60])
    assert actions(path) == ["a", "b"]


def test_a_missing_id_is_no_dialogue(tmp_path):
    path = parquet_file(tmp_path, case=[1.0, float("nan")], activity=["a", "b"])
    corpus = turncast.read(path)
    assert [dialogue.id for dialogue in corpus] == ["1.0"]
    assert corpus.skipped == {"row without a dialogue": 1}


def test_a_corpus_table_with_other_types_is_refused(tmp_path):
    from turncast.readers.parquet_corpus import COLUMNS

    given = {name: ["x"] for name in COLUMNS} | {"turn": [1.5], "actions": [["a"]]}
    with pytest.raises(CorpusError, match="the column 'turn' has the type double; give whole numbers"):
        turns(parquet_file(tmp_path, **given))
    given |= {"turn": [1], "user": [datetime.datetime(2024, 1, 1)]}
    with pytest.raises(CorpusError, match="the column 'user' has the type timestamp"):
        turns(parquet_file(tmp_path, **given))
    given |= {"user": ["x"], "actions": ["a"]}
    with pytest.raises(CorpusError, match="the column 'actions' has the type string; give lists of strings"):
        turns(parquet_file(tmp_path, **given))


def test_a_workbook_is_a_table_with_types(tmp_path):
    rows = [
        [],
        ["case", "activity", "timestamp", "cost", "open", "took", None],
        [1, "b", datetime.datetime(2024, 1, 2, 10, 30), 2.5, True, datetime.timedelta(hours=1)],
        [1, "a", datetime.datetime(2024, 1, 1), 12345, "x", datetime.time(9, 30)],
        [None, None, None, None, None, None],
        [2, "007", datetime.datetime(2024, 1, 3)],
    ]
    path = excel_file(tmp_path, rows, [])
    corpus = turncast.read(path, columns=Columns(facts=("cost", "open", "took")))
    turns_of = {dialogue.id: [(*turn.actions, dict(turn.facts)) for turn in dialogue] for dialogue in corpus}
    assert turns_of == {
        "1": [
            ("a", {"cost": 12345, "open": "x", "took": "09:30:00"}),
            ("b", {"cost": 2.5, "open": True, "took": 3600}),
        ],
        "2": [("007", {})],
    }
    assert list(corpus.notes)[:2] == ["format: excel", "sheet: 'sheet 0'"]
    assert next(iter(corpus)).metadata == {"timestamp": "2024-01-01T00:00:00"}


def test_a_sheet_of_several_is_named(tmp_path):
    path = excel_file(tmp_path, [["case", "activity"], [1, "a"]], [["case", "activity"], [1, "b"]])
    assert [turn.actions for turn in turns(path, {"sheet": "sheet 1"})] == [("b",)]
    with pytest.raises(CorpusError) as error:
        turns(path)
    assert str(error.value) == (
        f"{path}: there are several sheets with cells; name one of sheet 0, sheet 1 with --read sheet=NAME"
    )
    with pytest.raises(CorpusError, match="there is no sheet 'x'; name one of sheet 0, sheet 1"):
        turns(path, {"sheet": "x"})


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (
            "=A1&A2",
            "row 2: a formula has no value (=A1&A2); open the workbook in Excel and save it, or save the",
        ),
        ("#N/A", "row 2: a cell has the error #N/A; correct it, or empty the cell"),
    ],
)
def test_cells_without_a_value_are_refused(tmp_path, cell, message):
    path = excel_file(tmp_path, [["case", "activity"], [1, cell]])
    with pytest.raises(CorpusError) as error:
        turns(path)
    assert message in str(error.value)


def test_other_spreadsheets_are_refused_with_the_cure(tmp_path):
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(CorpusError, match=r"an old Excel \(.xls\); save the sheet as CSV UTF-8"):
        turncast.read(tmp_path / "old.xls")
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    (tmp_path / "log.ods").write_bytes(written.getvalue())
    with pytest.raises(CorpusError, match=r"a spreadsheet \(.ods\): save the sheet as CSV UTF-8"):
        turncast.read(tmp_path / "log.ods")
    (tmp_path / "log.xlsx").write_bytes(written.getvalue())
    with pytest.raises((CorpusError, turncast.errors.MissingExtra), match="save the sheet as CSV UTF-8"):
        turns(tmp_path / "log.xlsx")
