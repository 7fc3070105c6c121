"""Files that list the values of slots: JSON, tables and knowledge bases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from turncast.errors import CorpusError, kind_of
from turncast.readers.babi import is_knowledge_base, knowledge_base_values
from turncast.readers.json_values import parse_json
from turncast.readers.tables.csv_file import csv_rows, find_header
from turncast.readers.text_files import read_lines

_CURE = (
    'give JSON such as {"food": ["thai", "indian"]}, a CSV with slots as columns, or a bAbI knowledge base'
)


def read_slot_values(path: str | Path) -> dict[str, list[str]]:
    r"""Read slot -> values, each value once, in the order of the file.

    The file is a JSON object of lists, a CSV with a column per slot, or a bAbI knowledge base, with lines
    such as `1 blue_door R_cuisine thai`; the names of its restaurants are the values of `R_name`.

    >>> path = Path(getfixture("tmp_path")) / "menu.csv"
    >>> _ = path.write_text("drink,size\ntea,small\ncoffee,small\n")
    >>> read_slot_values(path)
    {'drink': ['tea', 'coffee'], 'size': ['small']}

    Raises:
        CorpusError: for a file that is none of these.
    """
    path = Path(path)
    lines = [line for _, line in read_lines(path) if line.strip()]
    if not lines:
        raise CorpusError(str(path), "the file is empty", _CURE)
    if lines[0].lstrip().startswith("{"):
        return _from_json("\n".join(lines), path)
    distinct: dict[str, dict[str, None]] = {}
    pairs = knowledge_base_values(lines) if is_knowledge_base(lines) else _from_table(path)
    for slot, value in pairs:
        if slot and value:
            distinct.setdefault(slot, {})[value] = None
    return {slot: list(values) for slot, values in distinct.items()}


def _from_json(text: str, path: Path) -> dict[str, list[str]]:
    record = parse_json(text, str(path))
    for slot, values in record.items():
        if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
            problem = f"the values of {slot!r} are {kind_of(values)}, not a list of strings"
            raise CorpusError(str(path), problem, _CURE)
    return {slot: list(dict.fromkeys(values)) for slot, values in record.items()}


def _from_table(path: Path) -> Iterator[tuple[str, str]]:
    first, delimiter = find_header(line for _, line in read_lines(path))
    rows = csv_rows(path, first, delimiter)
    _, header = next(rows, ("", list[str]()))
    count = 0
    for count, (where, cells) in enumerate(rows, start=1):  # noqa: B007 - counts the rows
        if any(cell.strip() for cell in cells[len(header) :]):
            problem = f"{len(cells)} cells, but the header has {len(header)} columns"
            raise CorpusError(where, problem, "correct the row, or quote a value that contains the delimiter")
        yield from ((slot.strip(), value.strip()) for slot, value in zip(header, cells, strict=False))
    if not count:
        raise CorpusError(str(path), "there is only one line, which cannot have values", _CURE)
