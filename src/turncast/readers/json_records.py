"""Records of JSON files: whole files and JSON Lines alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from turncast.readers.lines import read_lines, read_text
from turncast.readers.values import parse_json


def read_records(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (where, value) for each record: each line of JSON Lines, or the one value of a whole JSON file.

    A file whose first line is a value of its own is JSON Lines; blank lines are passed over.

    Raises:
        CorpusError: for what is not JSON.
    """
    begins = list(islice((line for _, line in read_lines(path) if line.strip()), 2))
    if not begins:
        return
    if not _are_values(*begins):
        yield str(path), parse_json(read_text(path), str(path))
        return
    for number, line in read_lines(path):
        if line.strip():
            where = f"{path} line {number}"
            yield where, parse_json(line, where)


def _are_values(first: str, *second: str) -> bool:
    """Tell whether the first line is JSON, or, where it is damaged, at least the second."""
    return _is_json(first) or (len(first.strip()) > 1 and any(map(_is_json, second)))


def _is_json(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list)
