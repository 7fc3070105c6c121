"""Values that are short enough for facts and metadata, and the names of groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from turncast.dialogue import Fact
from turncast.readers.skipped import Skipped

LONGEST = 80
"""The most characters of a text that counts as a short value."""

_LARGEST = 2.0**63


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
