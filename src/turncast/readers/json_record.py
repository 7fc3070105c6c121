"""A JSON object and its place in a corpus: methods that check the type of a value and return it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from turncast.errors import CorpusError, kind_of
from turncast.readers.json_values import optional_text

_CURE = "correct the record, or get the file again from its source"


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """An object in a JSON file.

    Attributes:
        values: the keys and values of the object.
        where: the file, the dialogue and the turn, for error messages.

    An absent value is the same as null: no text, an empty list, an empty object.

    >>> turn = JsonRecord({"speaker": "user", "acts": [{"act": "hello"}, 5]}, "a.json dialogue 7 turn 2")
    >>> turn.text("speaker"), turn.record("state").values
    ('user', {})
    >>> turn.records("acts", "act")
    Traceback (most recent call last):
    turncast.errors.CorpusError: a.json dialogue 7 turn 2 act 2: this is a number; give an object
    """

    values: Mapping[str, Any]
    where: str

    def __contains__(self, key: str) -> bool:
        return self.values.get(key) is not None

    def text(self, key: str) -> str | None:
        """Return a text, or None."""
        return optional_text(self.values, key, self.where)

    def required_text(self, key: str) -> str:
        """Return a text that is not empty.

        Raises:
            CorpusError: if it is absent, empty or not a text.
        """
        value = self.text(key)
        if value:
            return value
        problem = f"{key!r} is empty" if value == "" else f"there is no {key!r}"
        raise CorpusError(self.where, problem, _CURE)

    def name(self, key: str) -> str | None:
        """Return an id, which is a text or a whole number, as text; or None.

        Raises:
            CorpusError: for any other type.
        """
        value = self.values.get(key)
        if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
            return None if value is None else str(value)
        raise CorpusError(self.where, f"{key!r} is {kind_of(value)}", "give a string")

    def flag(self, key: str) -> bool | None:
        """Return true, false or None.

        Raises:
            CorpusError: for any other type.
        """
        value = self.values.get(key)
        if value is None or isinstance(value, bool):
            return value
        raise CorpusError(self.where, f"{key!r} is {kind_of(value)}", "give true or false")

    def record(self, key: str) -> JsonRecord:
        """Return an object inside this one.

        Raises:
            CorpusError: for any other type.
        """
        value = self.values.get(key)
        return JsonRecord({}, self.where) if value is None else as_json_record(value, f"{self.where} {key!r}")

    def array(self, key: str) -> list[Any]:
        """Return a list.

        Raises:
            CorpusError: for any other type.
        """
        value = self.values.get(key)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        raise CorpusError(self.where, f"{key!r} is {kind_of(value)}", "give a list")

    def texts(self, key: str) -> list[str]:
        """Return a list of texts.

        Raises:
            CorpusError: for any other type.
        """
        return [as_text(value, f"{self.where} {key!r}") for value in self.array(key)]

    def records(self, key: str, item_name: str) -> list[JsonRecord]:
        """Return a list of objects; error messages call them `item_name` and their number from 1.

        Raises:
            CorpusError: for any other type.
        """
        items = enumerate(self.array(key), start=1)
        return [as_json_record(value, f"{self.where} {item_name} {number}") for number, value in items]


def as_json_record(value: object, where: str) -> JsonRecord:
    """Return an object together with its place.

    Raises:
        CorpusError: for any other type.
    """
    if isinstance(value, dict):
        return JsonRecord(value, where)
    raise CorpusError(where, f"this is {kind_of(value)}", "give an object")


def as_text(value: object, where: str) -> str:
    """Return the value if it is a text.

    Raises:
        CorpusError: for any other type.
    """
    if isinstance(value, str):
        return value
    raise CorpusError(where, f"a name is {kind_of(value)}", "give a string")
