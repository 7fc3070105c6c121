"""Frozen values: `Turn` and `Dialogue`."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

Fact = bool | int | float | str
"""The value of a fact: true or false, a number, or the name of a category."""

_LARGEST = 1e300


def parse_fact(text: str) -> Fact:
    """Return the value that a person means by this text: true or false, a finite number, or a category.

    >>> parse_fact("True"), parse_fact("2"), parse_fact("2.5"), parse_fact("north"), parse_fact("inf")
    (True, 2, 2.5, 'north', 'inf')
    """
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        return number if math.isfinite(number) else text
    return text


def value_name(value: Fact) -> str:
    """Return a value as the name of a category.

    >>> value_name(True), value_name("North")
    ('true', 'North')
    """
    return str(value).lower() if isinstance(value, bool) else str(value)


def is_number(value: Fact) -> bool:
    """Return whether a value is a number, and no category: infinities and numbers above 1e300 are categories.

    >>> is_number(2.5), is_number(True), is_number("2"), is_number(float("nan"))
    (True, False, False, False)
    """
    return isinstance(value, int | float) and not isinstance(value, bool) and -_LARGEST < value < _LARGEST


def parse_iso_date(value: object) -> datetime.datetime | None:
    """Return the moment that an ISO date names, as UTC where it has no zone; None for anything else.

    >>> parse_iso_date("2024-05-01").isoformat(), parse_iso_date("May")
    ('2024-05-01T00:00:00+00:00', None)
    """
    try:
        moment = datetime.datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    # Dates with and without a zone must be comparable.
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


_NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


def _frozen(facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    return MappingProxyType(dict(facts)) if facts else _NO_FACTS


@dataclass(frozen=True, slots=True)
class Turn:
    """One system decision: what the system saw since its last decision, and the actions it took.

    Args:
        user: what the user said; None if the system acts again without new user text.
        actions: the actions taken, each a plain string; empty if the system did nothing. Repeated actions
            count once.
        facts: what else the system saw since its last decision, by name.
        response: the system's text, or None if the corpus does not have it.

    >>> Turn("a table for two", actions=["ask_area"], facts={"open": True}).actions
    ('ask_area',)
    """

    user: str | None = None
    actions: tuple[str, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    response: str | None = None

    def __post_init__(self) -> None:
        given: object = self.actions
        if given != ():
            if isinstance(given, str) or not all(isinstance(a, str) and a for a in self.actions):
                raise TypeError(f"actions must be a list of non-empty strings, not {self.actions!r}")
            object.__setattr__(self, "actions", tuple(dict.fromkeys(self.actions)))
        if self.facts is not _NO_FACTS:
            object.__setattr__(self, "facts", _frozen(self.facts))


_SETTERS: list[Callable[[Turn, Any], None]] = [
    Turn.__dict__[name].__set__ for name in ("user", "actions", "facts", "response")
]


def unchecked_turn(
    user: str | None, actions: tuple[str, ...], facts: dict[str, Fact], response: str | None
) -> Turn:
    """Return a turn without the checks and copies of `Turn`, in a fifth of its time, for fast readers.

    Args:
        user: as in `Turn`.
        actions: non-empty strings without repetition.
        facts: used as it is, not copied; the caller must not change it later.
        response: as in `Turn`.

    >>> unchecked_turn("hi", ("greet",), {"open": True}, None) == Turn("hi", ["greet"], {"open": True})
    True
    """
    turn = object.__new__(Turn)
    set_user, set_actions, set_facts, set_response = _SETTERS
    set_user(turn, user)
    set_actions(turn, actions)
    set_facts(turn, MappingProxyType(facts) if facts else _NO_FACTS)
    set_response(turn, response)
    return turn


@dataclass(frozen=True, slots=True)
class Dialogue:
    """An ordered, frozen sequence of turns with an id.

    Args:
        id: the dialogue's name, unique in its corpus.
        turns: the system's decisions in order; at least one.
        metadata: values that describe the whole dialogue; never an input of the network.
        group: the name of the task or scenario that similar dialogues share, or None; a split keeps the
            dialogues of a group in one part.

    >>> dialogue = Dialogue("d1", [Turn("hello", ["greet"]), Turn("bye", ["goodbye"])])
    >>> len(dialogue), dialogue[1].user
    (2, 'bye')
    """

    id: str
    turns: tuple[Turn, ...]
    metadata: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    group: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "turns", tuple(self.turns))
        if not self.turns:
            raise ValueError(f"dialogue {self.id!r} has no turns")
        if self.metadata is not _NO_FACTS:
            object.__setattr__(self, "metadata", _frozen(self.metadata))

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self.turns)

    def __getitem__(self, index: int) -> Turn:
        return self.turns[index]
