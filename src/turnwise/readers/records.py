"""Records of JSON files: whole files and JSON Lines alike, and what the beginning of such a file shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from turnwise.dialogue import Fact
from turnwise.readers.lines import open_binary, read_lines, read_text
from turnwise.readers.skipped import Skipped
from turnwise.readers.values import parse_json

LONGEST = 80
"""The most characters of a text that counts as a short value."""

_LARGEST = 2.0**63
_DEEPEST = 5
_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}\[\]]|"', re.DOTALL)


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


def read_head(path: Path, size: int = 4096) -> bytes:
    """Return the first bytes of a file."""
    with open_binary(path) as file:
        return file.read(size)


def _are_values(first: str, *second: str) -> bool:
    """Tell whether the first line is JSON, or, where it is damaged, at least the second."""
    return _is_json(first) or (len(first.strip()) > 1 and any(map(_is_json, second)))


def _is_json(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list)


def shape_of(raw: bytes) -> frozenset[str]:
    """Return the paths of the keys in the beginning of a JSON file, which may end anywhere.

    >>> sorted(shape_of(b'{"messages": [{"role": "user", "cont'))
    ['messages', 'messages.[].role']
    """
    stack: list[str] = []
    found: set[str] = set()
    for token in _TOKEN.finditer(raw.decode("utf-8", errors="replace")):
        text = token.group()
        if text == '"':
            break
        if text in "{[":
            stack.append("[]" if text == "[" else "")
        elif text in "}]":
            del stack[-1:]
        elif token[1] and stack and stack[-1] != "[]":
            stack[-1] = text[1 : text.rindex('"')]
            if len(stack) <= _DEEPEST:
                found.add(".".join(stack))
    return frozenset(found)


def short_value(value: object) -> Fact | None:
    """Return a value that can be a fact: true or false, a finite number, a short text; else None.

    >>> short_value("red"), short_value(float("nan")), short_value([1]), short_value("a" * 1000)
    ('red', None, None, None)
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if -_LARGEST < value < _LARGEST else None
    return value if isinstance(value, str) and 0 < len(value) <= LONGEST else None


def short_values(record: Mapping[str, Any], but: frozenset[str], skipped: Skipped) -> dict[str, Fact]:
    """Return the short values of a record, for its metadata; count the others, but for the keys in `but`."""
    kept: dict[str, Fact] = {}
    for key, value in record.items():
        short = short_value(value)
        if key in but or value is None or value == "":
            continue
        if short is None or len(key) > LONGEST:
            skipped.add(f"record key {key[:LONGEST]!r}, no short value")
        else:
            kept[key] = short
    return kept


def group_of(value: object) -> str | None:
    """Return the name of a group: a text or a whole number, else None.

    >>> group_of(0), group_of("a"), group_of(None)
    ('0', 'a', None)
    """
    plain = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) or None if plain else None
