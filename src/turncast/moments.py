"""Moments and times of day, exact to the nanosecond, as whole numbers."""

from __future__ import annotations

import datetime
import re

NANOSECONDS = 1_000_000_000
"""Nanoseconds in a second."""

_EPOCH = datetime.datetime(1970, 1, 1)
_TIME = (
    r"(?P<hour>[0-9]{1,2})(?P<colon>[:.])(?P<minute>[0-9]{2})"
    r"(?:(?P=colon)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"(?:\s*(?P<half>[AaPp][Mm]))?"
)
_ZONE = r"(?:\s*(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?))?"
_DATE = re.compile(
    r"(?P<first>[0-9]{1,4})(?P<mark>[-/.])(?P<middle>[0-9]{1,2})(?P=mark)(?P<last>[0-9]{1,4})"
    rf"(?:(?:[Tt]|\s*[,:]\s*|\s+){_TIME}{_ZONE})?"
)
_CLOCK = re.compile(_TIME)
_USUAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2})?)?")
# The fraction of the seconds of ISO dates in other forms, such as 20240131T101500.25
_ISO_FRACTION = re.compile(r"(?:(?<=:[0-9]{2}:[0-9]{2})|(?<=[Tt ][0-9]{6}))[.,]([0-9]+)")


def parse_moment(text: str, dates: str = "iso") -> int | None:
    """Return the moment that a date names, as nanoseconds since 1970 in UTC; None for anything else.

    A date without a zone is taken as UTC. Dates that begin with the year can always be read.

    Args:
        text: the date, with or without a time of day.
        dates: `iso`, or the order of the others: `day-first` (31.01.2024), `month-first` (01/31/2024), or a
            pattern of `datetime.strptime` with percent signs.

    >>> parse_moment("1970-01-01 00:00:01.000000002"), parse_moment("May")
    (1000000002, None)
    >>> parse_moment("02.01.1970", "day-first") == parse_moment("1970/01/02 00:00 UTC")
    True
    """
    text = text.strip()
    if "%" in dates:
        try:
            return moment_nanoseconds(datetime.datetime.strptime(text, dates))
        except ValueError:
            return None
    if _USUAL.fullmatch(text):  # fast
        try:
            return moment_nanoseconds(datetime.datetime.fromisoformat(text))
        except ValueError:
            return None
    match = _DATE.fullmatch(text)
    try:
        return _from_match(match, dates) if match else _from_iso(text)
    except (ValueError, OverflowError):
        return None


def parse_clock(text: str) -> int | None:
    """Return a time of day as nanoseconds since midnight; None for anything else.

    >>> parse_clock("00:01"), parse_clock("000002"), parse_clock("25:00")
    (60000000000, 2000000000, None)
    """
    text = text.strip()
    match = _CLOCK.fullmatch(text)
    try:
        if match:
            return _clock(match)
        time = datetime.time.fromisoformat(text)
    except ValueError:
        return None
    return None if time.tzinfo else clock_nanoseconds(time)


def clock_nanoseconds(time: datetime.time) -> int:
    """Return the nanoseconds since midnight of a time of day; its zone is ignored."""
    seconds = (time.hour * 60 + time.minute) * 60 + time.second
    return seconds * NANOSECONDS + time.microsecond * 1000


def span_nanoseconds(span: datetime.timedelta) -> int:
    """Return the nanoseconds of a span of time."""
    return (span.days * 86_400 + span.seconds) * NANOSECONDS + span.microseconds * 1000


def moment_nanoseconds(moment: datetime.datetime) -> int:
    """Return the nanoseconds since 1970 of a moment, which is in UTC if it has no zone."""
    if moment.tzinfo is not None:
        moment = moment.astimezone(datetime.UTC).replace(tzinfo=None)
    return span_nanoseconds(moment - _EPOCH)


def moment_text(nanoseconds: int, date_only: bool = False) -> str | None:
    """Return a moment as an ISO date in UTC, without a zone; None outside the years 1 to 9999.

    >>> moment_text(1_500_000_000), moment_text(0, date_only=True), moment_text(-(10**20))
    ('1970-01-01T00:00:01.5', '1970-01-01', None)
    """
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    try:
        moment = _EPOCH + datetime.timedelta(seconds=seconds)
    except OverflowError:
        return None
    return moment.date().isoformat() if date_only else moment.isoformat() + _fraction_text(rest)


def clock_text(nanoseconds: int) -> str:
    """Return a time of day as ISO text.

    >>> clock_text(3_600_000_000_250)
    '01:00:00.00000025'
    """
    seconds, rest = divmod(nanoseconds, NANOSECONDS)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{_fraction_text(rest)}"


def _fraction_text(nanoseconds: int) -> str:
    return f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""


def _from_match(match: re.Match[str], dates: str) -> int | None:
    first, middle, last = match["first"], match["middle"], match["last"]
    if len(first) == 4 and len(last) <= 2:
        year, month, day = first, middle, last
    elif len(last) == 4 and len(first) <= 2 and dates == "day-first":
        year, month, day = last, middle, first
    elif len(last) == 4 and len(first) <= 2 and dates == "month-first":
        year, month, day = last, first, middle
    else:
        return None
    date = moment_nanoseconds(datetime.datetime(int(year), int(month), int(day)))
    return date if match["hour"] is None else date + _clock(match) - _offset(match["zone"])


def _clock(match: re.Match[str]) -> int:
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    if match["half"]:
        if not 1 <= hour <= 12:
            raise ValueError("an hour of a half day is from 1 to 12")
        hour = hour % 12 + 12 * (match["half"].lower() == "pm")
    datetime.time(hour, minute, second)  # checks the ranges
    return ((hour * 60 + minute) * 60 + second) * NANOSECONDS + _fraction(match["fraction"] or "")


def _fraction(digits: str) -> int:
    """Return the nanoseconds of the digits after the point."""
    if digits[9:].strip("0"):
        raise ValueError("a fraction is finer than nanoseconds")
    return int(digits[:9].ljust(9, "0"))


def _offset(zone: str | None) -> int:
    """Return the nanoseconds by which a zone is ahead of UTC."""
    if not zone or zone[0] not in "+-":
        return 0
    hours, minutes = int(zone[1:3]), int(zone[3:].lstrip(":") or 0)
    datetime.time(hours, minutes)  # checks the ranges
    minutes += hours * 60
    return (-minutes if zone[0] == "-" else minutes) * 60 * NANOSECONDS


def _from_iso(text: str) -> int | None:
    fraction = _ISO_FRACTION.search(text)
    if fraction:
        text = text[: fraction.start()] + text[fraction.end() :]
    return moment_nanoseconds(datetime.datetime.fromisoformat(text)) + _fraction(
        fraction[1] if fraction else ""
    )
