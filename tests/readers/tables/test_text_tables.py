"""Tables of text are read as strictly as they promise: quotes, delimiters, numbers, dates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import turncast
from support.property_tests import examples
from turncast.dialogue import parse_fact
from turncast.errors import ConfigError, CorpusError
from turncast.moments import moment_text, parse_moment
from turncast.readers import Columns, ReadConfig


def table(tmp_path, text, name="log.csv", config=None, **columns):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8", newline="")
    return turncast.read(path, columns=Columns(**columns), config=ReadConfig(**config or {}))


def turns(corpus):
    return [turn for dialogue in corpus for turn in dialogue]


def actions(corpus):
    return [action for turn in turns(corpus) for action in turn.actions]


NEVER_CLOSES = (
    "the quote at the beginning of a cell never closes; close it, or write quotes inside a cell twice and "
    "put the whole cell in quotes"
)
AFTER_QUOTE = "write quotes inside a cell twice, and put the whole cell in quotes"


@pytest.mark.quick
@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ('1,hi,a\n1,"so he,b\n2,hi,a\n', f" line 3: {NEVER_CLOSES}"),
        ('1,hi,a\n1,hi,"b\n2,hi,a\n', f" line 3: {NEVER_CLOSES}"),
        ('1,"two\nlines","b\n2,hi,a', f" line 3: {NEVER_CLOSES}"),
        ('1,"two\nlines",b\n2,hi,"', f" line 4: {NEVER_CLOSES}"),
        ('1,"hi" she said,a\n', f" line 2: text follows the closing quote of a cell; {AFTER_QUOTE}"),
        (
            '1,"hi,a\n1,ho,b\n1,"bye",c\n',
            f" line 4: text follows the closing quote of a cell; its quote begins at line 2; {AFTER_QUOTE}",
        ),
    ],
)
def test_quotes_that_are_not_closed_are_refused_where_they_begin(tmp_path, rows, message):
    with pytest.raises(CorpusError) as error:
        list(table(tmp_path, "dialogue,text,action\n" + rows))
    assert str(error.value) == f"{tmp_path / 'log.csv'}{message}"


@given(st.data())
@examples(60)
def test_written_csv_is_read_back_and_loses_nothing_silently(tmp_path_factory, data):
    import csv
    import io

    folder = tmp_path_factory.mktemp("csv")
    text = st.text(st.sampled_from('ab ,;"\n|x'), min_size=1, max_size=8).map(lambda text: f"t{text}t")
    rows = data.draw(st.lists(st.tuples(text, st.sampled_from(["go", "stop"])), min_size=2, max_size=6))
    file = io.StringIO()
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("dialogue", "text", "action"), *(("d", *row) for row in rows)])
    written = file.getvalue()
    assert [(turn.user, *turn.actions) for turn in turns(table(folder, written))] == rows
    quotes = [place for place, character in enumerate(written) if character == '"'][6:]
    place = data.draw(st.sampled_from(quotes))
    try:
        read = turns(table(folder, written[:place] + written[place + 1 :]))
    except CorpusError:
        return
    assert len(read) == len(rows)


def test_tab_separated_values_have_no_quotes(tmp_path):
    text = 'dialogue\ttext\taction\n1\t"hi" she said\ta\n1\t"so he\tb\n1\t5" pipe\tc\n'
    assert [turn.user for turn in turns(table(tmp_path, text, "log.tsv"))] == [
        '"hi" she said',
        '"so he',
        '5" pipe',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\ncase;activity\n1;a\n1;b\n",
        '"sep=;"\r\ncase;activity\r\n1;a\r\n1;b\r\n',
        "\ufeffsep=|\ncase|activity\n1|a\n1|b\n",
        "SEP=,\n\ncase,activity\n1,a\n1,b\n",
        "\n  \ncase,activity\n1,a\n\n1,b\n   \n",
        "case,activity,,,\n1,a,,,\n,,,,\n1,b,,,\n",
        "case,activity,,\n1,a\n1,b,\n",
        '"case, or what",case;activity\n'.replace('"case, or what",', "") + "1;a\n1;b\n",
        '"a, b, c, d";case;activity\nx;1;a\ny;1;b\n',
        ",case,activity\n0,1,a\n1,1,b\n",
    ],
)
@pytest.mark.parametrize("name", ["log.csv", "log"])
def test_tables_as_spreadsheets_write_them(tmp_path, text, name):
    assert actions(table(tmp_path, text, name)) == ["a", "b"]


def test_a_cell_in_a_column_without_a_name_at_the_end_is_refused(tmp_path):
    with pytest.raises(CorpusError, match=r"line 3: 3 cells, but the header has 2 columns"):
        list(table(tmp_path, "case,activity,\n1,a,\n1,b,c\n"))


CODES = [
    "123e4567",
    "12e4",
    "9e99",
    "1_000",
    "01234",
    "007",
    "-007",
    "+41",
    "nan",
    "inf",
    "-Infinity",
    "0x1F",
]
CODES += ["1e400", "9" * 400, "1,5a", "٣", "5.", "1.2.3", "", "--5", "1e5.0"]
NUMBERS = {
    "0": 0,
    "12": 12,
    "-3": -3,
    "2.50": 2.5,
    ".5": 0.5,
    "1e-05": 1e-05,
    "1.5E10": 1.5e10,
    "2e+16": 2e16,
}
NUMBERS |= {"0.0": 0.0, "12345678901234567890": 12345678901234567890}


def test_the_grammar_of_numbers(tmp_path):
    for code in CODES:
        assert parse_fact(code) == code
    for text, number in NUMBERS.items():
        assert parse_fact(text) == number
        assert type(parse_fact(text)) is type(number)
    rows = "".join(f"1,a,{text}\n" for text in [*CODES, *NUMBERS] if "," not in text)
    facts = [
        turn.facts.get("x", "") for turn in turns(table(tmp_path, "case,activity,x\n" + rows, facts=("x",)))
    ]
    assert facts == [*(code for code in CODES if "," not in code), *NUMBERS.values()]


@given(st.one_of(st.integers(-(10**17), 10**17), st.floats(allow_nan=False, allow_infinity=False)))
def test_numbers_that_python_writes_are_read(number):
    expected = number if abs(number) < 1e300 else str(number)
    assert parse_fact(str(number)) == expected


def test_decimal_commas_are_read_by_option_and_never_guessed(tmp_path):
    text = "case;activity;x\n1;a;1.234,50\n1;b;7\n1;c;1.234\n1;d;-0,5\n1;e;1.5\n1;f;x,y\n"

    def facts(**config):
        return [turn.facts["x"] for turn in turns(table(tmp_path, text, facts=("x",), config=config))]

    assert facts(decimal="comma") == [1234.5, 7, 1234, -0.5, "1.5", "x,y"]
    assert facts(decimal="point") == ["1.234,50", 7, 1.234, "-0,5", 1.5, "x,y"]
    with pytest.raises(CorpusError) as error:
        facts()
    assert str(error.value) == (
        f"{tmp_path / 'log.csv'} line 2: the column 'x' has '1.234,50', a number with a comma; give --read "
        "decimal=comma if 1,5 is one and a half, or --read decimal=point if not"
    )
    text = "case;activity;x\n1;a;1,234.50\n"
    assert facts(decimal="point") == [1234.5]


@pytest.mark.parametrize(
    "times",
    [
        [
            "2024-01-01 10:00:00.000000001",
            "2024-01-01 10:00:00.000000002",
            "2024-01-01T10:00:00.0000001+00:00",
        ],
        ["1583855000088249012", "1583855000088249088", "1583855000088259012"],
        ["9007199254740992", "9007199254740993.0", "9007199254740993.5"],
        ["1e20", "100000000000000000000.00000001", "100000000000000000000.00000002"],
        ["2024/01/01 9:05", "2024-01-01 10:00:00 UTC", "2024-01-01 10:00:00.5 GMT"],
        ["20240101T100000.1", "20240101T100000.25", "2024-W01-2"],
    ],
)
def test_rows_are_sorted_exactly(tmp_path, times):
    text = "case,activity,time\n" + "".join(f"1,{number},{times[number]}\n" for number in (1, 0, 2))
    assert actions(table(tmp_path, text)) == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("dates", "times"),
    [
        ("day-first", ["30-12-2010:11.02", "05-01-2011:15.12"]),
        ("day-first", ["02.01.2024 10:00", "01.02.2024 09:00:00,5"]),
        ("month-first", ["01/31/2024 9:05 AM", "01/31/2024 12:30 PM"]),
        ("%d %b %y", ["02 Jan 24", "01 Feb 24"]),
        ("%Y-%d-%m", ["2024-31-01", "2024-01-02"]),
    ],
)
def test_dates_in_other_orders_are_read_by_option(tmp_path, dates, times):
    text = f'case;activity;time\n1;b;"{times[1]}"\n1;a;{times[0]}\n'
    assert actions(table(tmp_path, text, config={"dates": dates})) == ["a", "b"]
    with pytest.raises(CorpusError, match=r"line [23]: the order column 'time' has .*--read dates=day-first"):
        list(table(tmp_path, text))


def test_an_impossible_date_is_refused_and_so_is_an_unknown_order(tmp_path):
    for impossible in ("2024-01-01T10:00+99:99", "2024-01-01T10:00+05:60", "2024-02-30", "2024-01-01 24:00"):
        assert parse_moment(impossible) is None
    text = "case,activity,time\n1,a,31/12/2024\n"
    with pytest.raises(CorpusError, match="has '31/12/2024'"):
        list(table(tmp_path, text, config={"dates": "month-first"}))
    with pytest.raises(ConfigError) as error:
        ReadConfig(dates="dayfirst")
    assert str(error.value) == (
        "setting 'dates' is 'dayfirst'; give iso, day-first, month-first, or a pattern such as %d.%m.%Y"
    )


@given(st.datetimes(), st.integers(0, 999))
def test_moments_are_exact(moment, nanoseconds):
    text = f"{moment.replace(microsecond=0).isoformat()}.{moment.microsecond:06}{nanoseconds:03}"
    exact = parse_moment(text)
    assert exact % 1000 == nanoseconds
    assert parse_moment(moment_text(exact)) == exact
    assert parse_moment(text.replace("T", " ") + "+01:30") == exact - 90 * 60 * 10**9
    assert parse_moment(text + "1") is None
