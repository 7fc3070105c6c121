"""Tables of text: CSV, with quotes as in RFC 4180, and tab-separated values, which have no quotes."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue
from turncast.errors import CorpusError
from turncast.readers.read_context import ReadContext
from turncast.readers.tables.table_dialogues import Row, Table, read_table
from turncast.readers.text_files import read_lines

_DELIMITERS = ",;\t|"
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATOR_LINE = re.compile(r'\s*"?sep=([^\w"])"?\s*', re.IGNORECASE)


def find_header(lines: Iterable[str]) -> tuple[str, str]:
    r"""Return the line that names the columns, and the delimiter.

    The header is the first line that is not blank. A line `sep=;`, as Excel writes it, comes before it and
    gives the delimiter; otherwise it is the most frequent one of the header, outside of quotes.

    >>> find_header(["", "case;activity;time"]), find_header(["sep=|", "case|activity, or step"])
    (('case;activity;time', ';'), ('case|activity, or step', '|'))
    >>> find_header(['case;"activity, step, or what"'])[1]
    ';'
    """
    delimiter = None
    for line in lines:
        match = _SEPARATOR_LINE.fullmatch(line)
        if match and delimiter is None:
            delimiter = match[1]
        elif line.strip():
            outside = _QUOTED.sub("", line)
            return line, delimiter or max(_DELIMITERS, key=outside.count)
    return "", delimiter or ","


def split_header(line: str, delimiter: str) -> list[str]:
    """Return the names of the columns in a line."""
    rows = csv.reader([line], delimiter=delimiter, quoting=_quoting(delimiter))
    return [name.strip() for name in next(rows, [])]


def read_csv(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a table of text: the first line names the columns and shows the delimiter.

    A cell of a fact column that is true, false or a number becomes such a fact; any other cell a category.
    """
    first, delimiter = find_header(line for _, line in read_lines(path))
    rows = csv_rows(path, first, delimiter)
    _, names = next(rows, ("", [""]))
    while names and not names[-1].strip():
        names.pop()
    header = [name.strip() for name in names]
    yield from read_table(Table(str(path), header, _checked_rows(rows, header), typed=False), context)


def _checked_rows(rows: Iterable[tuple[str, list[str]]], header: list[str]) -> Iterator[Row]:
    """Yield rows with as many cells as the header has names; empty cells at the end do not count."""
    width = len(header)
    for where, cells in rows:
        if len(cells) > width and not any(cell.strip() for cell in cells[width:]):
            del cells[width:]
        if len(cells) == width:
            yield where, dict(zip(header, cells, strict=True))
        elif any(cell.strip() for cell in cells):
            problem = f"{len(cells)} cells, but the header has {width} columns"
            cure = "correct the row, or quote a text that contains the delimiter"
            raise CorpusError(where, problem, cure)


def csv_rows(path: Path, first: str, delimiter: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (where, cells) for each row of a file from its first line on.

    Raises:
        CorpusError: for a quote that never closes, with the line where it begins, and for text after the
            closing quote of a cell.
    """
    csv.field_size_limit(2**31 - 1)  # the default is shorter than some user texts
    lines = _RowLines(path, first)
    reader: Any = csv.reader(lines, delimiter=delimiter, quoting=_quoting(delimiter), strict=True)
    while True:
        lines.row.clear()
        try:
            cells = next(reader, None)
        except csv.Error as error:
            raise _csv_error(error, path, lines, delimiter) from None
        if cells is None:
            return
        yield f"{path} line {lines.row[0][0]}", cells


def _quoting(delimiter: str) -> Any:
    return csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL


class _RowLines:
    """The lines of a file from its header on, and those of the row that is being read."""

    def __init__(self, path: Path, first: str) -> None:
        self._lines = read_lines(path)
        self._before_header: str | None = first
        self.row: list[tuple[int, str]] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        number, line = next(self._lines)
        while self._before_header is not None and line != self._before_header:
            number, line = next(self._lines)
        self._before_header = None
        self.row.append((number, line))
        return line + "\n"


def _csv_error(error: csv.Error, path: Path, lines: _RowLines, delimiter: str) -> CorpusError:
    number, begins = lines.row[-1][0], _open_quote(lines.row, delimiter)
    if "new-line" in str(error):
        cure = "remove it" if delimiter == "\t" else "quote it"
        return CorpusError(f"{path} line {number}", "a cell has a line end and is not quoted", cure)
    if "expected after" in str(error):
        problem = "text follows the closing quote of a cell"
        opening = f"; its quote begins at line {begins}" if begins not in (None, number) else ""
        cure = "write quotes inside a cell twice, and put the whole cell in quotes"
        return CorpusError(f"{path} line {number}", problem + opening, cure)
    problem = "the quote at the beginning of a cell never closes"
    cure = "close it, or write quotes inside a cell twice and put the whole cell in quotes"
    return CorpusError(f"{path} line {begins or number}", problem, cure)


def _open_quote(row: list[tuple[int, str]], delimiter: str) -> int | None:
    """Return the number of the line where the last quoted cell of a row begins."""
    begins, inside, cell_begins = None, False, True
    for number, line in row:
        for character in line:
            if inside:
                inside = character != '"'
            elif character == '"' and (cell_begins or begins is not None):
                inside, begins = True, number if cell_begins else begins
                cell_begins = False
                continue
            cell_begins = character == delimiter and not inside
            if cell_begins:
                begins = None
    return begins
