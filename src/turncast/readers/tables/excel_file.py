"""Excel workbooks: one sheet is a table whose cells have types."""

from __future__ import annotations

import datetime
import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue
from turncast.errors import CorpusError, MissingExtra
from turncast.moments import clock_nanoseconds, moment_nanoseconds, span_nanoseconds
from turncast.readers.read_context import ReadContext
from turncast.readers.tables.cells import Cell, Clock, Moment, seconds_of
from turncast.readers.tables.table_dialogues import Row, Table, read_table
from turncast.readers.text_files import open_binary

_AS_CSV = "save the sheet as CSV UTF-8"
_MAX_BYTES, _MAX_RATIO = 128 * 2**20, 300


def read_excel(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read one sheet of a workbook: its first row that is not empty names the columns. Needs `excel`."""
    try:
        import openpyxl
    except ImportError:
        raise MissingExtra("reading Excel (or " + _AS_CSV + ")", "excel") from None
    with open_binary(path) as file:
        content = file.read()
    try:
        _check_size(path, content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of parts that are not cells
            values, formulas = (
                openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=data_only)
                for data_only in (True, False)
            )
            name = _sheet_name(values, path, context.config.sheet)
            rows = list(_typed_rows(values[name], formulas[name], path))
    except CorpusError:
        raise
    except Exception as error:  # noqa: BLE001 - a damaged file raises errors of many types
        problem = f"not a complete Excel workbook ({type(error).__name__})"
        raise CorpusError(str(path), problem, f"save it again, or {_AS_CSV}") from None
    context.notes[f"sheet: {name!r}"] += 1
    header = [str(cell).strip() if cell is not None else "" for cell in rows[0][1]] if rows else []
    cells = (_row(where, header, row) for where, row in rows[1:])
    yield from read_table(Table(str(path), header, cells, typed=True), context)


def _row(where: str, header: Sequence[str], cells: list[Cell]) -> Row:
    if any(cell is not None for cell in cells[len(header) :]):
        problem = f"{len(cells)} cells, but the header has {len(header)} columns"
        raise CorpusError(where, problem, "name the column, or empty the cell")
    return where, dict(zip_longest(header, cells[: len(header)]))


def _check_size(path: Path, content: bytes) -> None:
    """Refuse a file that decompresses to far more than a table needs."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > max(_MAX_BYTES, _MAX_RATIO * len(content)):
        raise CorpusError(str(path), "the workbook decompresses to more than 300 times its size", _AS_CSV)


def _sheet_name(workbook: Any, path: Path, name: str) -> str:
    """Return the sheet of this name, or the only one that is not empty."""
    sheets: dict[str, Any] = {sheet.title: sheet for sheet in workbook.worksheets}
    filled = [title for title, sheet in sheets.items() if any(map(_is_filled, sheet.iter_rows()))]
    if name in sheets:
        return name
    if not name and len(filled) == 1:
        return filled[0]
    problem = f"there is no sheet {name!r}" if name else "there are several sheets with cells"
    if not filled:
        problem = "all sheets are empty"
    cure = f"name one of {', '.join(sheets)} with --read sheet=NAME"
    raise CorpusError(str(path), problem, cure)


def _is_filled(row: Sequence[Any]) -> bool:
    return any(cell.value is not None for cell in row)


def _typed_rows(values: Any, formulas: Any, path: Path) -> Iterator[tuple[str, list[Cell]]]:
    """Yield the rows with cells; refuse errors, and formulas whose value the file does not have."""
    for sheet in (values, formulas):
        sheet.reset_dimensions()  # some programs write the size of the sheet wrongly
    for number, (row, written) in enumerate(zip(values.iter_rows(), formulas.iter_rows(), strict=True), 1):
        where, cells = f"{path} row {number}", list[Cell]()
        for cell, formula in zip(row, written, strict=True):
            if cell.data_type == "e":
                problem = f"a cell has the error {cell.value}"
                raise CorpusError(where, problem, "correct it, or empty the cell")
            if cell.value is None and formula.value is not None:
                problem = f"a formula has no value ({str(formula.value)[:40]})"
                raise CorpusError(where, problem, "open the workbook in Excel and save it, or " + _AS_CSV)
            cells.append(_cell(cell.value))
        if any(cell is not None for cell in cells):
            yield where, cells


def _cell(value: Any) -> Cell:
    if isinstance(value, datetime.datetime):
        return Moment(moment_nanoseconds(value))
    if isinstance(value, datetime.time):
        return Clock(clock_nanoseconds(value))
    if isinstance(value, datetime.timedelta):
        return seconds_of(span_nanoseconds(value))
    if isinstance(value, str):
        return value or None
    return value if isinstance(value, bool | int | float) else None
