"""The known values of slots, and their recognition in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.features.text.words import words

_Entry = tuple[tuple[str, ...], str, str]


@dataclass(frozen=True, slots=True)
class ParsedText:
    """A text as blocks read it.

    Attributes:
        words: the words in order, where `<slot>` replaces each recognised value of a slot.
        mentions: (slot, value) of each recognised value, in order.
        raw: the text as it came.
    """

    words: tuple[str, ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
    raw: str = ""


@dataclass(frozen=True, slots=True)
class SlotValues:
    """The known values of each slot; at each position of a text the longest matching value is taken.

    Args:
        values: slot -> values. A value that two slots have belongs to the first of them.

    >>> slot_values = SlotValues({"food": ["thai", "north indian"], "area": ["north"]})
    >>> text = slot_values.parse("North Indian in the north")
    >>> text.words, text.mentions
    (('<food>', 'in', 'the', '<area>'), (('food', 'north indian'), ('area', 'north')))
    """

    values: Mapping[str, Iterable[str]] = field(default_factory=dict)
    _entries: Mapping[str, list[_Entry]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        unique = {slot: tuple(dict.fromkeys(values)) for slot, values in self.values.items()}
        object.__setattr__(self, "values", unique)
        by_words: dict[tuple[str, ...], _Entry] = {}
        for slot, values in unique.items():
            for value in values:
                for spelling in (value, value.replace("_", " ")):
                    key = tuple(words(spelling))
                    if key:
                        by_words.setdefault(key, (key, slot, value))
        entries: dict[str, list[_Entry]] = {}  # by the first word, the longest first
        for key in sorted(by_words, key=len, reverse=True):
            entries.setdefault(key[0], []).append(by_words[key])
        object.__setattr__(self, "_entries", entries)

    @property
    def slots(self) -> tuple[str, ...]:
        """The names of the slots."""
        return tuple(self.values)

    def parse(self, text: str) -> ParsedText:
        """Return a text's words, with its values recognised."""
        tokens = tuple(words(text))
        if not self._entries:
            return ParsedText(tokens, raw=text)
        replaced, mentions, position = [], [], 0
        while position < len(tokens):
            for entry, slot, value in self._entries.get(tokens[position], ()):
                if tokens[position : position + len(entry)] == entry:
                    replaced.append(slot_word(slot))
                    mentions.append((slot, value))
                    position += len(entry)
                    break
            else:
                replaced.append(tokens[position])
                position += 1
        return ParsedText(tuple(replaced), tuple(mentions), text)

    def extend(self, newer: SlotValues) -> SlotValues:
        """Return these slots and values with those that only `newer` has added at the ends."""
        added = {slot: (*self.values.get(slot, ()), *values) for slot, values in newer.values.items()}
        return SlotValues({**self.values, **added})

    def to_json(self) -> dict[str, Any]:
        """Return the values of each slot."""
        return {slot: list(values) for slot, values in self.values.items()}


def slot_word(slot: str) -> str:
    """Return the word that replaces a slot's values."""
    return f"<{slot}>"
