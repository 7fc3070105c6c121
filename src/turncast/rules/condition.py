"""Conditions of rules, on what is known when the system decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Protocol

from turncast.dialogue import Fact, is_number, value_name
from turncast.features.text.words import words


@dataclass(frozen=True, slots=True)
class Situation:
    """All that a rule can read of a turn. The decision itself is not in it.

    Attributes:
        user: the user's text; None where the user is silent.
        now: the facts that came with this turn.
        facts: the last value of each fact so far, this turn included.
        previous: the actions committed at the turn before; None at the start.
        taken: the actions committed at any earlier turn.
    """

    user: str | None = None
    now: Mapping[str, Fact] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    previous: tuple[str, ...] | None = None
    taken: frozenset[str] = frozenset()


class Condition(Protocol):
    """A condition on a situation. Its text describes it: `fact 'paid' is true`."""

    def holds(self, situation: Situation) -> bool:
        """Return whether it holds."""
        ...

    @property
    def facts(self) -> Iterator[str]:
        """The names of the facts that it reads."""
        ...


class _NoFacts:
    """A condition that reads no fact."""

    __slots__ = ()

    @property
    def facts(self) -> Iterator[str]:
        """None."""
        return iter(())


@dataclass(frozen=True, slots=True)
class FactIs:
    """A fact is known: with any value, with one of several values, or with a number in a range.

    Args:
        name: the fact.
        values: the value is one of these, where any are given.
        at_least: the value is a number not below this.
        at_most: the value is a number not above this.
        now: the fact came with this turn.

    >>> condition = FactIs("found", at_least=1)
    >>> str(condition), condition.holds(Situation(facts={"found": 0}))
    ("fact 'found' is at least 1", False)
    """

    name: str
    values: tuple[Fact, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    now: bool = False

    def holds(self, situation: Situation) -> bool:
        """Return whether the fact is known with such a value."""
        known = situation.now if self.now else situation.facts
        if self.name not in known:
            return False
        value = known[self.name]
        if self.values and value_name(value) not in map(value_name, self.values):
            return False
        if self.at_least is None and self.at_most is None:
            return True
        low = -float("inf") if self.at_least is None else self.at_least
        high = float("inf") if self.at_most is None else self.at_most
        return is_number(value) and low <= float(value) <= high

    @property
    def facts(self) -> Iterator[str]:
        """The fact."""
        yield self.name

    def __str__(self) -> str:
        parts = [f"is {' or '.join(map(value_name, self.values))}"] if self.values else []
        parts += [] if self.at_least is None else [f"is at least {self.at_least:g}"]
        parts += [] if self.at_most is None else [f"is at most {self.at_most:g}"]
        text = " and ".join(parts) or ("came" if self.now else "is known")
        return f"fact {self.name!r} {text}{' now' if self.now else ''}"


@dataclass(frozen=True, slots=True)
class Taken(_NoFacts):
    """An action was taken at any earlier turn. Its name may be a pattern, as `ask_*`."""

    action: str

    def holds(self, situation: Situation) -> bool:
        """Return whether it was taken."""
        return any(fnmatchcase(action, self.action) for action in situation.taken)

    def __str__(self) -> str:
        return f"{self.action!r} was taken"


@dataclass(frozen=True, slots=True)
class PreviousIs(_NoFacts):
    """An action was taken at the turn before."""

    action: str

    def holds(self, situation: Situation) -> bool:
        """Return whether it was taken."""
        return any(fnmatchcase(action, self.action) for action in situation.previous or ())

    def __str__(self) -> str:
        return f"{self.action!r} came right before"


@dataclass(frozen=True, slots=True)
class UserSays(_NoFacts):
    """The user says these words at this turn, in this order and without gaps."""

    text: str

    def holds(self, situation: Situation) -> bool:
        """Return whether the user's text has the words."""
        phrase, text = words(self.text), words(situation.user or "")
        return any(text[at : at + len(phrase)] == phrase for at in range(len(text) - len(phrase) + 1))

    def __str__(self) -> str:
        return f"the user says {self.text!r}"


@dataclass(frozen=True, slots=True)
class UserSpeaks(_NoFacts):
    """The user speaks at this turn, or is silent."""

    speaks: bool

    def holds(self, situation: Situation) -> bool:
        """Return whether it is so."""
        return bool(situation.user) == self.speaks

    def __str__(self) -> str:
        return "the user speaks" if self.speaks else "the user is silent"


@dataclass(frozen=True, slots=True)
class All:
    """All of several conditions hold."""

    conditions: tuple[Condition, ...]

    def holds(self, situation: Situation) -> bool:
        """Return whether all hold."""
        return all(condition.holds(situation) for condition in self.conditions)

    @property
    def facts(self) -> Iterator[str]:
        """The facts of each condition."""
        for condition in self.conditions:
            yield from condition.facts

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


@dataclass(frozen=True, slots=True)
class AnyOf(All):
    """At least one of several conditions holds."""

    def holds(self, situation: Situation) -> bool:
        """Return whether one holds."""
        return any(condition.holds(situation) for condition in self.conditions)

    def __str__(self) -> str:
        return f"({' or '.join(map(str, self.conditions))})"


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    condition: Condition

    def holds(self, situation: Situation) -> bool:
        """Return whether it does not hold."""
        return not self.condition.holds(situation)

    @property
    def facts(self) -> Iterator[str]:
        """The facts of the condition."""
        return self.condition.facts

    def __str__(self) -> str:
        return f"not ({self.condition})"
