"""The cells of a table as texts, facts and sort keys."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from turncast.dialogue import Fact, parse_fact, value_name
from turncast.errors import CorpusError
from turncast.moments import NANOSECONDS, clock_text, moment_text, parse_clock, parse_moment
from turncast.readers.read_context import ReadConfig


@dataclass(frozen=True, slots=True)
class Moment:
    """A date in a typed table, as nanoseconds since 1970."""

    nanoseconds: int
    date_only: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day in a typed table, as nanoseconds since midnight."""

    nanoseconds: int


Cell = None | bool | int | float | Decimal | str | Moment | Clock
"""A value of a table. In a table of text every cell is a string."""

# 1.234,50 and 1234,5; and 1,234.50
_WITH_COMMA = re.compile(r"-?(?:[1-9][0-9]{0,2}(?:\.[0-9]{3})+|0|[1-9][0-9]*)(?:,[0-9]+)?")
_WITH_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_SORTED_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")


def text_of(cell: Cell, where: str, column: str) -> str | None:
    """Return a cell as text without blanks around it; None for an empty cell and NaN.

    Raises:
        CorpusError: for a date that cannot be written as text.
    """
    if isinstance(cell, str):
        return cell.strip() or None
    if cell is None or cell != cell:  # some programs write NaN for an empty number
        return None
    if isinstance(cell, Clock):
        return clock_text(cell.nanoseconds)
    if isinstance(cell, Moment):
        text = moment_text(cell.nanoseconds, cell.date_only)
        if text is None:
            problem = f"the column {column!r} has a date outside the years 1 to 9999"
            raise CorpusError(where, problem, "correct it, or convert the column to text")
        return text
    return format(cell, "f") if isinstance(cell, Decimal) else value_name(cell)


def seconds_of(nanoseconds: int) -> int | Decimal:
    """Return a duration in seconds, exactly."""
    whole, rest = divmod(nanoseconds, NANOSECONDS)
    return Decimal(nanoseconds).scaleb(-9) if rest else whole


def fact_of(cell: Cell, where: str, column: str) -> Fact | None:
    """Return a cell of a typed table as a fact: numbers stay numbers, dates become categories."""
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, Decimal):
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, float) and math.isfinite(cell):
        return cell
    return text_of(cell, where, column)


def parse_fact_cell(text: str, config: ReadConfig, where: str, column: str) -> Fact | None:
    """Return a cell of a table of text as true, false, a number or a category; None for an empty cell.

    Raises:
        CorpusError: for a number with a comma, if it is not set what commas are.
    """
    text = text.strip()
    if "," not in text and (config.decimal != "comma" or "." not in text):
        return parse_fact(text) if text else None
    number = _without_commas(text, config, where, column)
    return text if number is None else parse_fact(number)


def _without_commas(text: str, config: ReadConfig, where: str, column: str) -> str | None:
    """Return a number with a decimal point only, or None for other text."""
    if config.decimal == "comma":
        return text.replace(".", "").replace(",", ".") if _WITH_COMMA.fullmatch(text) else None
    if config.decimal == "point":
        return text.replace(",", "") if _WITH_THOUSANDS.fullmatch(text) else None
    if _WITH_COMMA.fullmatch(text) or _WITH_THOUSANDS.fullmatch(text):
        cure = "give --read decimal=comma if 1,5 is one and a half, or --read decimal=point if not"
        raise CorpusError(where, f"the column {column!r} has {text!r}, a number with a comma", cure)
    return None


def number_key(cell: Cell, config: ReadConfig) -> int | float | Decimal | None:
    """Return the exact number by which a cell is sorted, or None."""
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal | str):
        return None
    if not isinstance(cell, str):
        return cell if math.isfinite(cell) else None
    text = cell.strip()
    if config.decimal == "comma" and _WITH_COMMA.fullmatch(text):
        text = text.replace(".", "").replace(",", ".")
    if not _SORTED_NUMBER.fullmatch(text):
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def moment_key(cell: Cell, config: ReadConfig) -> int | None:
    """Return the nanoseconds of a date, or None."""
    if isinstance(cell, Moment):
        return cell.nanoseconds
    return parse_moment(cell, config.dates) if isinstance(cell, str) else None


def clock_key(cell: Cell, _: ReadConfig) -> int | None:
    """Return the nanoseconds of a time of day, or None."""
    if isinstance(cell, Clock):
        return cell.nanoseconds
    return parse_clock(cell) if isinstance(cell, str) else None


SortKey = Callable[[Any, ReadConfig], Any]
SORT_KEYS: dict[str, SortKey] = {"numbers": number_key, "dates": moment_key, "times of day": clock_key}
"""What a column to sort by can hold, and the key of a cell."""


def action_list(items: Sequence[Any], where: str, column: str) -> tuple[str, ...]:
    """Return the actions in a cell that is a list.

    Raises:
        CorpusError: for an item that is null or empty.
    """
    actions = tuple(text_of(item, where, column) for item in items)
    if None in actions:
        problem = f"an action in the column {column!r} is null or empty"
        raise CorpusError(where, problem, "name the action, or remove it")
    return tuple(action for action in actions if action is not None)
