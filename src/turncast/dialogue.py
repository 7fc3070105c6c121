"""Frozen values: `Turn` and `Dialogue`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from turncast.errors import ArgumentError, check_argument, with_article

Fact = bool | int | float | str
"""The value of a fact: true or false, a number, or the name of a category."""

_LARGEST = 1e300
_WHOLE = "(?:0|[1-9][0-9]{0,300})"
_NUMBER = re.compile(
    rf"-?(?:{_WHOLE}|(?:{_WHOLE})?\.[0-9]{{1,400}}|{_WHOLE}(?:\.[0-9]{{1,400}}[eE][+-]?|[eE][+-])[0-9]{{1,4}})"
)


def parse_fact(text: str) -> Fact:
    """Return the value that a person means by this text: true or false, a number, or a category.

    >>> parse_fact("True"), parse_fact("2"), parse_fact("2.5"), parse_fact("north"), parse_fact("007")
    (True, 2, 2.5, 'north', '007')
    """
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    number = parse_number(text)
    return text if number is None else number


def parse_number(text: str) -> int | float | None:
    """Return the number that a text is, or None.

    Codes are no numbers: leading zeros (`0041`), signs that programs do not write (`+41`), underscores
    (`1_000`), and exponents without a point or a sign (`12e4`), which hashes have. Nor are infinities, NaN
    and numbers above 1e300.

    >>> [parse_number(text) for text in ("-12", "0.50", "1e-05", "0041", "1_000", "123e4567", "inf")]
    [-12, 0.5, 1e-05, None, None, None, None]
    """
    if not _NUMBER.fullmatch(text):
        return None
    number = int(text) if text.removeprefix("-").isdigit() else float(text)
    return number if -_LARGEST < number < _LARGEST else None


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


_NO_FACTS: Mapping[str, Fact] = MappingProxyType({})
_FACT_TYPES = {bool, int, float, str}
_NO_ACTIONS: Final[tuple[str, ...]] = ()
_TEXT_CURE = "give a text or None; bits are facts, and whole arrays go to Corpus.from_arrays"


def checked_actions(actions: Iterable[str]) -> tuple[str, ...]:
    """Return the names of actions, each once.

    >>> checked_actions("greet")
    Traceback (most recent call last):
    turncast.errors.ArgumentError: actions: it is a str, 'greet'; give a list of names: ['greet']

    Raises:
        ArgumentError: for anything but a list of names.
    """
    given: object = actions
    if isinstance(given, str):
        check_argument("actions", given, list, f"give a list of names: [{given!r}]")
    if not isinstance(given, Iterable):
        raise ArgumentError("actions", f"it is {with_article(type(given).__name__)}", "give a list of names")
    names = tuple(given)
    for name in names:
        if type(name) is str and name:
            continue
        if not isinstance(name, str) or not name:
            problem = f"{name!r} is {with_article(type(name).__name__)}" if name != "" else "a name is empty"
            cure = (
                f"give names as strings: {str(name)!r}" if isinstance(name, int) else "give a list of names"
            )
            raise ArgumentError("actions", problem[:200], cure)
    return tuple(dict.fromkeys(names))


def _checked_facts(argument: str, facts: Mapping[str, Fact]) -> Mapping[str, Fact]:
    """Return a frozen copy of facts; NumPy's numbers, texts and truth values become Python's."""
    if type(facts) is dict and not facts:
        return _NO_FACTS
    if type(facts) is dict and {*map(type, facts)} <= {str} and {*map(type, facts.values())} <= _FACT_TYPES:
        return MappingProxyType(facts.copy())
    check_argument(argument, facts, Mapping, "give a mapping of names to values")
    checked: dict[str, Fact] = {}
    for name, given in facts.items():
        value: Any = given
        if type(value).__module__ == "numpy" and hasattr(value, "item") and not getattr(value, "shape", ()):
            value = value.item()
        if not isinstance(name, str):
            raise ArgumentError(
                argument, f"the name {name!r} is {with_article(type(name).__name__)}", "give a string"
            )
        if not isinstance(value, bool | int | float | str):
            problem = f"{name!r} is {with_article(type(value).__name__)}"
            cure = "give true or false, a number or a string; leave an absent fact out"
            raise ArgumentError(argument, problem, f"{cure}, and give a list one fact for each value")
        checked[name] = value
    return MappingProxyType(checked) if checked else _NO_FACTS


TURN_HEADER = ("user", "facts", "actions", "response")


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
    actions: tuple[str, ...] = _NO_ACTIONS
    facts: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    response: str | None = None

    def __post_init__(self) -> None:
        if self.user is not None and type(self.user) is not str:
            check_argument("user", self.user, str, _TEXT_CURE)
        if self.response is not None and type(self.response) is not str:
            check_argument("response", self.response, str, "give a text or None")
        if self.actions is not _NO_ACTIONS:
            object.__setattr__(self, "actions", checked_actions(self.actions))
        if self.facts is not _NO_FACTS:
            object.__setattr__(self, "facts", _checked_facts("facts", self.facts))

    def cells(self) -> tuple[str, str, str, str]:
        """Return the turn as the cells of a table whose columns are `TURN_HEADER`.

        >>> Turn("tea", ["ask_size"], {"open": True}).cells()
        ('tea', 'open=true', 'ask_size', '')
        """
        facts = ", ".join(f"{name}={value_name(value)}" for name, value in self.facts.items())
        return self.user or "", facts, ", ".join(self.actions), self.response or ""


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
        pending: the turn that has not happened yet: what the system has seen since its last decision. It is
            never learned or scored; `predict` answers it. A dialogue with it may have no other turns.

    >>> dialogue = Dialogue("d1", [Turn("hello", ["greet"]), Turn("bye", ["goodbye"])])
    >>> len(dialogue), dialogue[1].user
    (2, 'bye')
    """

    id: str
    turns: tuple[Turn, ...]
    metadata: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    group: str | None = None
    pending: Turn | None = None

    def __post_init__(self) -> None:
        if type(self.id) is not str:
            check_argument("id", self.id, str, "give a string")
        turns = self.turns
        if type(turns) is not tuple:
            check_argument("turns", turns, Iterable, "give a list of Turn")
            turns = tuple(turns)
            object.__setattr__(self, "turns", turns)
        if not {*map(type, turns)} <= {Turn}:
            for turn in turns:
                check_argument("turns", turn, Turn, "give a list of Turn")
        if not turns and self.pending is None:
            raise ArgumentError("turns", f"dialogue {self.id!r} has no turns", "give at least one")
        if self.metadata is not _NO_FACTS:
            object.__setattr__(self, "metadata", _checked_facts("metadata", self.metadata))

    def __len__(self) -> int:
        return len(self.turns)

    def __iter__(self) -> Iterator[Turn]:
        return iter(self.turns)

    def __getitem__(self, index: int) -> Turn:
        return self.turns[index]
