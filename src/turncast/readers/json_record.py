"""A JSON object with its place in a corpus: what is asked of it is checked, or refused in one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.errors import CorpusError, kind_of
from turncast.readers.json_values import optional_text

_CURE = "repair the record, or take the file anew from where it came"


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """An object of a JSON file.

    Attributes:
        values: what it holds.
        where: the file, the dialogue and the turn, for errors.

    An absent value and null are the same: no text, an empty list, an empty object.

    >>> turn = JsonRecord({"speaker": "user", "acts": [{"act": "hello"}, 5]}, "a.json dialogue 7 turn 2")
    >>> turn.text("speaker"), turn.record("state").values
    ('user', {})
    >>> turn.records("acts", "act")
    Traceback (most recent call last):
    turncast.errors.CorpusError: a.json dialogue 7 turn 2 act 2: it is a number; give an object
    """

    values: Mapping[str, Any]
    where: str

    def __contains__(self, key: str) -> bool:
        return self.values.get(key) is not None

    def text(self, key: str) -> str | None:
        """Return a text, or None."""
        return optional_text(self.values, key, self.where)

    def name(self, key: str) -> str:
        """Return a text that must be there and not be empty.

        Raises:
            CorpusError: where it is absent, empty or no text.
        """
        value = self.text(key)
        if value:
            return value
        came = f"{key!r} is empty" if value == "" else f"there is no {key!r}"
        raise CorpusError(self.where, came, _CURE)

    def record(self, key: str) -> JsonRecord:
        """Return an object in this one.

        Raises:
            CorpusError: where it is anything else.
        """
        value = self.values.get(key)
        return JsonRecord({}, self.where) if value is None else as_json_record(value, f"{self.where} {key!r}")

    def array(self, key: str) -> list[Any]:
        """Return a list.

        Raises:
            CorpusError: where it is anything else.
        """
        value = self.values.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise CorpusError(self.where, f"{key!r} is {kind_of(value)}", "give a list")

    def names(self, key: str) -> list[str]:
        """Return a list of texts.

        Raises:
            CorpusError: where it is anything else.
        """
        return [as_name(value, f"{self.where} {key!r}") for value in self.array(key)]

    def records(self, key: str, each: str) -> list[JsonRecord]:
        """Return a list of objects, each placed by its number from 1.

        Raises:
            CorpusError: where it is anything else.
        """
        items = enumerate(self.array(key), start=1)
        return [as_json_record(value, f"{self.where} {each} {number}") for number, value in items]


def as_json_record(value: object, where: str) -> JsonRecord:
    """Return an object with its place.

    Raises:
        CorpusError: for anything else.
    """
    if isinstance(value, dict):
        return JsonRecord(value, where)
    raise CorpusError(where, f"it is {kind_of(value)}", "give an object")


def as_name(value: object, where: str) -> str:
    """Return a text.

    Raises:
        CorpusError: for anything else.
    """
    if isinstance(value, str):
        return value
    raise CorpusError(where, f"a name is {kind_of(value)}", "give a string")
