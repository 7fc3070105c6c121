"""Parse JSON, and check that values have the type that a reader expects."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from collections.abc import Mapping
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError, kind_of

MAX_FACT_CHARS = 80
"""The most characters of a text that counts as short."""

_LARGEST_NUMBER = sys.float_info.max
_LARGEST_SHORT_NUMBER = 2.0**63


class _DuplicateKey(Exception):
    """An object has the same key twice."""

    def __init__(self, key: str) -> None:
        self.key = key


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DuplicateKey(next(key for key, count in counts.items() if count > 1))
    return values


_DECODER = json.JSONDecoder(object_pairs_hook=_without_duplicates)


def parse_json(text: str, where: str, first_column: int = 1) -> Any:
    """Parse JSON.

    Args:
        text: the JSON text.
        where: the place that errors name.
        first_column: the column of the line at which the text begins.

    Raises:
        CorpusError: for text that is not JSON, a key that an object has twice, and half a character (an
            unpaired surrogate escape), with the place in the text.
    """
    try:
        value = _DECODER.decode(text)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(value, ensure_ascii=False).encode()  # fails for an unpaired surrogate
        return value
    except _DuplicateKey as error:
        raise CorpusError(where, f"an object has the key {error.key!r} twice", "keep one") from None
    except UnicodeEncodeError:
        problem = "an escape from \\ud800 to \\udfff is half a character"
        raise CorpusError(where, problem, "write both halves, or the character itself") from None
    except json.JSONDecodeError as error:
        if text.startswith("\ufeff"):
            problem = "there is a byte order mark (BOM) inside the file"
            raise CorpusError(where, problem, "remove it; files were joined here") from None
        place = f"line {error.lineno} column" if error.lineno > 1 else "column"
        column = error.colno + (first_column - 1 if error.lineno == 1 else 0)
        raise CorpusError(where, f"not JSON: {error.msg} at {place} {column}", "correct it") from None
    except (RecursionError, ValueError) as error:
        problem = "JSON nested too deeply" if isinstance(error, RecursionError) else "a number is too long"
        raise CorpusError(where, problem, "correct it") from None


def optional_text(record: Mapping[str, Any], key: str, where: str) -> str | None:
    """Return a text, or None if the key is absent or null.

    Raises:
        CorpusError: for any other type.
    """
    value = record.get(key)
    if value is None or isinstance(value, str):
        return value
    raise CorpusError(where, f"{key!r} is {kind_of(value)}", "give a string or null")


def checked_facts(record: Mapping[str, Any], key: str, where: str) -> dict[str, Fact]:
    """Return the facts in an object; a null value is an absent fact.

    Raises:
        CorpusError: for a value that cannot be a fact.
    """
    value = record.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise CorpusError(where, f"{key!r} is {kind_of(value)}", "give an object of names and values")
    return {name: _checked_fact(name, item, where) for name, item in value.items() if item is not None}


def are_valid_facts(values: Mapping[str, Any]) -> bool:
    """Return whether all values can be facts: a fast check; `checked_facts` reports what is wrong.

    >>> [are_valid_facts({"area": value}) for value in (True, "north", None, 1e999)]
    [True, True, False, False]
    """
    for value in values.values():
        kind = type(value)
        if kind is not str and kind is not bool:
            if kind is not int and kind is not float:
                return False
            if not -_LARGEST_NUMBER <= value <= _LARGEST_NUMBER:
                return False
    return True


def _checked_fact(name: str, value: object, where: str) -> Fact:
    if isinstance(value, float) and not math.isfinite(value):
        raise CorpusError(where, f"fact {name!r} is {value}", "give a finite number")
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        problem = f"fact {name!r} is a number too large to calculate with"
        raise CorpusError(where, problem, "give a smaller number, or a string")
    if isinstance(value, bool | int | float | str):
        return value
    raise CorpusError(where, f"fact {name!r} is {kind_of(value)}", "give true, false, a number or a string")


def checked_actions(record: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Return the `actions` of a turn: a list of non-empty strings.

    Raises:
        CorpusError: for any other type.
    """
    if "actions" not in record:
        raise CorpusError(where, "the turn has no 'actions'", "give a list, or [] if the system did nothing")
    actions = record["actions"]
    if not isinstance(actions, list):
        cure = 'give a list of strings, such as ["ask_name"]'
        raise CorpusError(where, f"'actions' is {kind_of(actions)}", cure)
    for action in actions:
        if not isinstance(action, str):
            cure = f'write it as a string: "{action}"' if kind_of(action) == "a number" else "give strings"
            raise CorpusError(where, f"an action is {kind_of(action)}", cure)
        if not action:
            raise CorpusError(where, "an action is an empty string", "name the action, or remove it")
    return tuple(actions)


def short_fact(value: object) -> Fact | None:
    """Return the value if it is true, false, a number within 64 bits or a short text; else None.

    >>> short_fact("red"), short_fact(float("nan")), short_fact([1]), short_fact("a" * 1000)
    ('red', None, None, None)
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value if -_LARGEST_SHORT_NUMBER < value < _LARGEST_SHORT_NUMBER else None
    return value if isinstance(value, str) and 0 < len(value) <= MAX_FACT_CHARS else None


def short_facts(record: Mapping[str, Any], exclude: frozenset[str], skipped: Counter[str]) -> dict[str, Fact]:
    """Return the short values of a record, for its metadata; count the others, except the excluded keys."""
    facts: dict[str, Fact] = {}
    for key, value in record.items():
        fact = short_fact(value)
        if key in exclude or value is None or value == "":
            continue
        if fact is None or len(key) > MAX_FACT_CHARS:
            skipped[f"record key {key[:MAX_FACT_CHARS]!r} without a short value"] += 1
        else:
            facts[key] = fact
    return facts


def group_name(value: object) -> str | None:
    """Return the name of a group: a non-empty text or a whole number as text, else None.

    >>> group_name(0), group_name("a"), group_name(None)
    ('0', 'a', None)
    """
    is_name = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) or None if is_name else None
