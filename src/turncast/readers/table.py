"""Tables (CSV and Parquet) with one row per turn; also event logs, with a case and an activity per row."""

from __future__ import annotations

import csv
import itertools
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact, Turn, parse_iso_date
from turncast.errors import CorpusError, MissingExtra
from turncast.readers.columns import Columns
from turncast.readers.parquet_corpus import is_corpus_table, read_corpus_table
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import read_lines

_DELIMITERS = ",;\t|"
_Row = tuple[str, Mapping[str, Any]]  # (where, its cells by column)
_Turns = list[tuple[str, Any, Turn]]  # (where, cell of the order column, turn)


def read_csv(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a table of text: the first line names the columns and shows the delimiter.

    A cell of a fact column that is true, false or a number becomes such a fact; any other cell a category.
    """
    first = next((line for _, line in read_lines(path)), "")
    delimiter = detect_delimiter(first)
    numbered = read_lines(path)
    lines = itertools.count(1)

    def text() -> Iterator[str]:
        for (_, line), _ in zip(numbered, lines, strict=False):
            yield line + "\n"

    # The limit of the csv module is shorter than some user texts.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(text(), delimiter=delimiter)
    header = [name.strip() for name in next(_csv_rows(reader, path), [])]

    def rows() -> Iterator[_Row]:
        for cells in _csv_rows(reader, path):
            where = f"{path} line {reader.line_num}"
            if len(cells) == len(header):
                yield where, dict(zip(header, cells, strict=True))
            elif cells:
                problem = f"{len(cells)} cells, but the header has {len(header)} columns"
                raise CorpusError(
                    where, problem, "correct the row, or quote a text that contains the delimiter"
                )

    columns = context.columns.resolve(header, str(path))
    yield from _dialogues(rows(), columns, context.skipped, parse_fact=_parse_fact)


def _csv_rows(reader: Any, path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        where = f"{path} line {reader.line_num}"
        raise CorpusError(where, "a cell has a line end and is not quoted", "quote it") from None


def read_parquet(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a Parquet file; facts have the types of their columns. Needs the extra `parquet`.

    A file from `write_parquet` gives the dialogues that were written, unless columns are named.
    """
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise MissingExtra("reading Parquet", "parquet") from None
    try:
        with ParquetFile(path) as file:
            if context.columns == Columns() and is_corpus_table(file.schema_arrow.names):
                yield from read_corpus_table(file, path)
                return
            columns = context.columns.resolve(file.schema_arrow.names, str(path))
            names = [name for name in file.schema_arrow.names if name in _used_names(columns)]

            def rows() -> Iterator[_Row]:
                numbers = itertools.count(1)
                for batch in file.iter_batches(columns=names):
                    for cells in batch.to_pylist():
                        yield f"{path} row {next(numbers)}", cells

            yield from _dialogues(rows(), columns, context.skipped, parse_fact=lambda value: value)
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        problem = f"not a complete Parquet file ({str(error).splitlines()[0]})"
        raise CorpusError(str(path), problem, "write the file again") from None


def detect_delimiter(header: str) -> str:
    r"""Return the delimiter that is most frequent in a header line.

    >>> detect_delimiter("case;activity;time"), detect_delimiter("text")
    (';', ',')
    """
    return max(_DELIMITERS, key=header.count)


def _used_names(columns: Columns) -> set[str | None]:
    return {columns.dialogue, columns.action, columns.order, columns.user, columns.response, *columns.facts}


def _dialogues(
    rows: Iterator[_Row], columns: Columns, skipped: Counter[str], parse_fact: Callable[[Any], Any]
) -> Iterator[Dialogue]:
    """Group the rows by dialogue, in order of first appearance; rows may be mixed, so all are in memory."""
    grouped: dict[str, _Turns] = {}
    for where, cells in rows:
        name = _text(cells[columns.dialogue or ""])
        if name is None:
            skipped["row without a dialogue"] += 1
            continue
        order = cells[columns.order] if columns.order else None
        grouped.setdefault(name, []).append((where, order, _turn(cells, columns, where, parse_fact)))
    if columns.order:
        _sort(grouped, columns.order)
    for name in list(grouped):
        yield Dialogue(name, tuple(turn for _, _, turn in grouped.pop(name)))


def _turn(cells: Mapping[str, Any], columns: Columns, where: str, parse_fact: Callable[[Any], Any]) -> Turn:
    value = cells[columns.action or ""]
    if isinstance(value, list):
        actions = tuple(str(action) for action in value)
    else:
        text = _text(value)
        if text is None:
            cure = "give an action, or remove the row"
            raise CorpusError(where, f"the action column {columns.action!r} is empty", cure)
        actions = tuple(filter(None, (action.strip() for action in text.split("|"))))
    facts = {name: parse_fact(cells[name]) for name in columns.facts}
    return Turn(
        user=_text(cells[columns.user]) if columns.user else None,
        actions=actions,
        facts={name: _fact(fact) for name, fact in facts.items() if not _is_empty(fact)},
        response=_text(cells[columns.response]) if columns.response else None,
    )


def _text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _is_empty(value: Any) -> bool:
    """Return whether a cell is empty; some programs write NaN for an empty number."""
    return value in (None, "") or value != value


def _fact(value: Any) -> Fact:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _parse_fact(cell: str) -> Fact:
    """Return a cell of a text table as true, false, a number or a category."""
    text = cell.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text) if text.lower().lstrip("+-") not in ("nan", "inf", "infinity") else text
    except ValueError:
        return text


def _sort(grouped: dict[str, _Turns], column: str) -> None:
    """Sort the turns of each dialogue by the order column: numbers in all rows, or dates in all rows."""
    cells = [(where, order) for turns in grouped.values() for where, order, _ in turns]
    keys: tuple[Callable[[Any], Any], ...] = (_number, parse_iso_date)
    for key in keys:
        invalid = next(((where, order) for where, order in cells if key(order) is None), None)
        if invalid is None:
            for turns in grouped.values():
                turns.sort(key=lambda turn: key(turn[1]))  # called before the loop goes on
            return
    where, order = invalid or ("", "")
    raise CorpusError(
        where,
        f"the order column {column!r} has {order!r}; all its cells must be numbers, or all ISO dates",
        "correct it, or name another column with --column order=NAME",
    )


def _number(value: Any) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number
