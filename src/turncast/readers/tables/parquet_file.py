"""Tables in Parquet files: each type of column is read exactly, or refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue
from turncast.errors import CorpusError, MissingExtra
from turncast.moments import NANOSECONDS
from turncast.readers.columns import Columns
from turncast.readers.parquet_corpus import is_corpus_table, read_corpus_table
from turncast.readers.read_context import ReadContext
from turncast.readers.tables.cells import Clock, Moment, seconds_of
from turncast.readers.tables.table_dialogues import Row, Table, read_table

_NANOSECONDS_OF_UNIT = {"s": NANOSECONDS, "ms": 1_000_000, "us": 1000, "ns": 1}
_CURE = "convert it to text, a number or a date, or name another column"


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
            header = file.schema_arrow.names
            if context.columns == Columns() and is_corpus_table(header):
                context.notes["columns: those of a corpus that turncast wrote"] += 1
                yield from read_corpus_table(file, path)
                return
            columns = context.columns.resolve(header, str(path))
            used = [name for name in header if name in columns.used(header)]
            table = Table(str(path), header, _rows(file, path, used, columns.action), typed=True)
            yield from read_table(table, context)
    except (ArrowException, OSError, UnicodeDecodeError) as error:
        problem = f"not a complete Parquet file ({str(error).splitlines()[0]})"
        raise CorpusError(str(path), problem, "write the file again") from None


def _rows(file: Any, path: Path, names: list[str], action: str | None) -> Iterator[Row]:
    convert: dict[str, _Converter] = {}
    for name in names:
        kind = file.schema_arrow.field(name).type
        converter = _converter(kind) or (_list_converter(kind) if name == action else None)
        if converter is None:
            raise CorpusError(str(path), f"the column {name!r} has the type {kind}", _CURE)
        convert[name] = converter
    number = 0
    for batch in file.iter_batches(columns=names):
        places = [f"{path} row {number + index}" for index in range(1, batch.num_rows + 1)]
        columns = [convert[name](batch.column(name), _Place(path, name, number)) for name in names]
        for where, cells in zip(places, zip(*columns, strict=True), strict=True):
            yield where, dict(zip(names, cells, strict=True))
        number += batch.num_rows


@dataclass(frozen=True, slots=True)
class _Place:
    """The column of a batch, for errors."""

    path: Path
    column: str
    rows_before: int

    def error(self, index: int, problem: str, cure: str) -> CorpusError:
        where = f"{self.path} row {self.rows_before + index + 1}"
        return CorpusError(where, f"the column {self.column!r} has {problem}", cure)


_Converter = Callable[[Any, _Place], list[Any]]


def _converter(kind: Any) -> _Converter | None:
    """Return the function that gives the cells of an array of this Arrow type; None if it has none."""
    import pyarrow
    from pyarrow import types

    if types.is_dictionary(kind):
        convert = _converter(kind.value_type)
        return convert and (lambda array, place: convert(array.dictionary_decode(), place))
    if types.is_timestamp(kind) or types.is_duration(kind) or types.is_time(kind):
        factor, make = _NANOSECONDS_OF_UNIT[kind.unit], Clock if types.is_time(kind) else Moment
        made: Callable[[int], Any] = seconds_of if types.is_duration(kind) else make
        integer = pyarrow.int32() if types.is_time32(kind) else pyarrow.int64()
        return lambda array, _: [
            None if value is None else made(value * factor) for value in array.view(integer).to_pylist()
        ]
    if types.is_date(kind):
        integer, unit = (pyarrow.int32(), 86_400_000) if types.is_date32(kind) else (pyarrow.int64(), 1)
        return lambda array, _: [
            None if value is None else Moment(value * unit * 1_000_000, date_only=True)
            for value in array.view(integer).to_pylist()
        ]
    if "binary" in str(kind) and not types.is_nested(kind):
        return _decoded
    plain = (types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_null)
    texts = (types.is_string, types.is_large_string, types.is_string_view)
    return (lambda array, _: array.to_pylist()) if any(test(kind) for test in (*plain, *texts)) else None


def _list_converter(kind: Any) -> _Converter | None:
    """Return the function that gives the cells of a list array, each a list."""
    from pyarrow import types

    if not (types.is_list(kind) or types.is_large_list(kind) or types.is_fixed_size_list(kind)):
        return None
    convert = _converter(kind.value_type)
    if convert is None:
        return None

    def lists(array: Any, place: _Place) -> list[Any]:
        cells = list[Any]()
        for index, scalar in enumerate(array):
            row = replace(place, rows_before=place.rows_before + index)
            cells.append(convert(scalar.values, row) if scalar.is_valid else None)
        return cells

    return lists


def _decoded(array: Any, place: _Place) -> list[str | None]:
    """Return texts that are stored as bytes, as some programs do."""
    values: list[Any] = array.to_pylist()
    for index, value in enumerate(values):
        try:
            values[index] = None if value is None else value.decode()
        except UnicodeDecodeError:
            raise place.error(index, "bytes that are not UTF-8 text", _CURE) from None
    return values
