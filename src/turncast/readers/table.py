"""Tables (CSV and Parquet): a row a turn; also event logs, with a case and an activity."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact, Turn, parse_iso_date
from turncast.errors import CorpusError, MissingExtra
from turncast.readers.columns import Columns
from turncast.readers.parquet_corpus import is_corpus_table, read_corpus_table
from turncast.readers.read_context import Skipped
from turncast.readers.text_files import read_lines

_DELIMITERS = ",;\t|"
Row = tuple[str, Mapping[str, Any]]  # where it stands, and its cells by column
_Turns = list[tuple[str, Any, Turn]]  # (where, cell of the order column, turn)


def read_csv(path: Path, skipped: Skipped, columns: Columns) -> Iterator[Dialogue]:
    """Read a table of text: the first line names the columns, the delimiter is found in it.

    A cell that is true, false or a number is such a fact; any other a category.
    """
    first = next((line for _, line in read_lines(path)), "")
    delimiter = delimiter_of(first)
    numbered = read_lines(path)
    lines = itertools.count(1)

    def text() -> Iterator[str]:
        for (_, line), _ in zip(numbered, lines, strict=False):
            yield line + "\n"

    # Cells may be as long as texts are; csv's own limit is meant for other inputs.
    csv.field_size_limit(2**31 - 1)
    reader = csv.reader(text(), delimiter=delimiter)
    header = [name.strip() for name in next(_whole(reader, path), [])]

    def rows() -> Iterator[Row]:
        for cells in _whole(reader, path):
            where = f"{path} line {reader.line_num}"
            if len(cells) == len(header):
                yield where, dict(zip(header, cells, strict=True))
            elif cells:
                problem = f"{len(cells)} cells where the header names {len(header)} columns"
                raise CorpusError(where, problem, "mend the row, or quote a text that holds the delimiter")

    yield from _dialogues(rows(), columns.resolve(header, str(path)), skipped, typed=_typed)


def _whole(reader: Any, path: Path) -> Iterator[list[str]]:
    try:
        yield from reader
    except csv.Error:
        where = f"{path} line {reader.line_num}"
        raise CorpusError(where, "a cell holds a line end and is not quoted", "put it in quotes") from None


def read_parquet(path: Path, skipped: Skipped, columns: Columns) -> Iterator[Dialogue]:
    """Read a Parquet file; its columns' types are the facts' types. Needs the extra `parquet`.

    A file that `write_parquet` made is read as it was written, unless columns are named.
    """
    try:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile
    except ImportError:
        raise MissingExtra("reading Parquet", "parquet") from None
    try:
        with ParquetFile(path) as file:
            if columns == Columns() and is_corpus_table(file.schema_arrow.names):
                yield from read_corpus_table(file, path)
                return
            found = columns.resolve(file.schema_arrow.names, str(path))
            wanted = [name for name in file.schema_arrow.names if name in _names(found)]

            def rows() -> Iterator[Row]:
                numbers = itertools.count(1)
                for batch in file.iter_batches(columns=wanted):
                    for cells in batch.to_pylist():
                        yield f"{path} row {next(numbers)}", cells

            yield from _dialogues(rows(), found, skipped, typed=lambda value: value)
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        problem = f"not a whole Parquet file ({str(error).splitlines()[0]})"
        raise CorpusError(str(path), problem, "write the file again") from None


def delimiter_of(header: str) -> str:
    r"""Return the delimiter that a header line uses most.

    >>> delimiter_of("case;activity;time"), delimiter_of("text")
    (';', ',')
    """
    return max(_DELIMITERS, key=header.count)


def _names(columns: Columns) -> set[str | None]:
    return {columns.dialogue, columns.action, columns.order, columns.user, columns.response, *columns.facts}


def _dialogues(
    rows: Iterator[Row], columns: Columns, skipped: Skipped, typed: Callable[[Any], Any]
) -> Iterator[Dialogue]:
    """Group the rows by dialogue, in order of first appearance; they may be mixed, so all are held."""
    grouped: dict[str, _Turns] = {}
    for where, cells in rows:
        name = _text(cells[columns.dialogue or ""])
        if name is None:
            skipped.add("row without a dialogue")
            continue
        order = cells[columns.order] if columns.order else None
        grouped.setdefault(name, []).append((where, order, _turn(cells, columns, where, typed)))
    if columns.order:
        _sort(grouped, columns.order)
    for name in list(grouped):
        yield Dialogue(name, tuple(turn for _, _, turn in grouped.pop(name)))


def _turn(cells: Mapping[str, Any], columns: Columns, where: str, typed: Callable[[Any], Any]) -> Turn:
    value = cells[columns.action or ""]
    if isinstance(value, list):
        actions = tuple(str(action) for action in value)
    else:
        text = _text(value)
        if text is None:
            cure = "fill it in, or remove the row"
            raise CorpusError(where, f"the action column {columns.action!r} is empty", cure)
        actions = tuple(filter(None, (action.strip() for action in text.split("|"))))
    facts = {name: typed(cells[name]) for name in columns.facts}
    return Turn(
        user=_text(cells[columns.user]) if columns.user else None,
        actions=actions,
        facts={name: _fact(fact) for name, fact in facts.items() if not _absent(fact)},
        response=_text(cells[columns.response]) if columns.response else None,
    )


def _text(value: Any) -> str | None:
    text = "" if value is None else str(value).strip()
    return text or None


def _absent(value: Any) -> bool:
    """Tell whether a cell is empty; some programs write an empty number as one that equals nothing."""
    return value in (None, "") or value != value


def _fact(value: Any) -> Fact:
    return value if isinstance(value, bool | int | float | str) else str(value)


def _typed(cell: str) -> Fact:
    """Return a cell of a text table as true, false, a number or a category."""
    text = cell.strip()
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    try:
        return float(text) if text.lower().lstrip("+-") not in ("nan", "inf", "infinity") else text
    except ValueError:
        return text


def _sort(grouped: dict[str, _Turns], column: str) -> None:
    """Sort each dialogue by its order column: all numbers, or all dates."""
    cells = [(where, order) for turns in grouped.values() for where, order, _ in turns]
    keys: tuple[Callable[[Any], Any], ...] = (_number, parse_iso_date)
    for key in keys:
        wrong = next(((where, order) for where, order in cells if key(order) is None), None)
        if wrong is None:
            for turns in grouped.values():
                turns.sort(key=lambda turn: key(turn[1]))  # used at once
            return
    where, order = wrong or ("", "")
    raise CorpusError(
        where,
        f"the order column {column!r} holds {order!r}, while all its cells must be numbers, or all ISO dates",
        "mend it, or name another with --column order=NAME",
    )


def _number(value: Any) -> Any:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return None if math.isnan(number) else number
