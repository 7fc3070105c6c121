"""XX: it finds the values of slots in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.features.text.words import words
from turncast.features.turn_view import Text

_Entry = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True, slots=True)
class SlotValues:
    """The known values of each slot: the longest that fits is found first, and stands as its slot's name.

    Args:
        values: slot -> values. A value that two slots have is the first one's.

    >>> slot_values = SlotValues({"food": ["thai", "north indian"], "area": ["north"]})
    >>> text = slot_values.read("North Indian in the north")
    >>> text.words, text.mentions
    (('<food>', 'in', 'the', '<area>'), (('food', 'north indian'), ('area', 'north')))
    """

    values: Mapping[str, Iterable[str]] = field(default_factory=dict)
    _entries: Mapping[str, list[_Entry]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        values = {slot: tuple(dict.fromkeys(known)) for slot, known in self.values.items()}
        object.__setattr__(self, "values", values)
        found: dict[tuple[str, ...], _Entry] = {}
        for slot, known in values.items():
            for value in known:
                for spelling in (value, value.replace("_", " ")):
                    read = tuple(words(spelling))
                    if read:
                        found.setdefault(read, (read, slot, value))
        entries: dict[str, list[_Entry]] = {}
        for read in sorted(found, key=len, reverse=True):
            entries.setdefault(read[0], []).append(found[read])
        object.__setattr__(self, "_entries", entries)

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots."""
        return tuple(self.values)

    def read(self, text: str) -> Text:
        """Return a text's words, with the values found."""
        read = tuple(words(text))
        if not self._entries:
            return Text(read, written=text)
        found, mentions, at = [], [], 0
        while at < len(read):
            for entry, slot, value in self._entries.get(read[at], ()):
                if read[at : at + len(entry)] == entry:
                    found.append(f"<{slot}>")
                    mentions.append((slot, value))
                    at += len(entry)
                    break
            else:
                found.append(read[at])
                at += 1
        return Text(tuple(found), tuple(mentions), text)

    def to_json(self) -> dict[str, Any]:
        """Return the values of each slot."""
        return {slot: list(values) for slot, values in self.values.items()}
