"""Conditions on what is known when the system decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from turncast.dialogue import Fact, is_number, value_name
from turncast.features.text.words import words
from turncast.rules.situation import Situation


class Condition(Protocol):
    """What holds, or does not, in a situation. As a text it says itself: `fact 'paid' is true`."""

    def holds(self, situation: Situation) -> bool:
        """Tell whether it holds."""
        ...

    @property
    def facts(self) -> Iterator[str]:
        """The names of the facts that it looks at."""
        ...


class _NoFacts:
    """A condition that looks at no fact."""

    __slots__ = ()

    @property
    def facts(self) -> Iterator[str]:
        """None."""
        return iter(())


@dataclass(frozen=True, slots=True)
class FactIs:
    """A fact stands: with any value, with one of some values, or with a number in a range.

    Args:
        name: the fact.
        values: one of these, where any are given.
        at_least: a number not below this.
        at_most: a number not above this.
        now: the fact must have come with this very turn.

    >>> found = FactIs("found", at_least=1)
    >>> str(found), found.holds(Situation(facts={"found": 0})), found.holds(Situation(facts={"found": 2}))
    ("fact 'found' is at least 1", False, True)
    """

    name: str
    values: tuple[Fact, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    now: bool = False

    def holds(self, situation: Situation) -> bool:
        """Tell whether the fact stands so."""
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
        told = " and ".join(parts) or ("came" if self.now else "is known")
        return f"fact {self.name!r} {told}{' now' if self.now else ''}"


@dataclass(frozen=True, slots=True)
class Taken(_NoFacts):
    """An action was taken at any earlier turn. Its name may be a pattern, as `ask_*`."""

    action: str

    def holds(self, situation: Situation) -> bool:
        """Tell whether it was taken."""
        return any(fnmatchcase(action, self.action) for action in situation.taken)

    def __str__(self) -> str:
        return f"{self.action!r} was taken"


@dataclass(frozen=True, slots=True)
class PreviousIs(_NoFacts):
    """An action was taken at the turn before."""

    action: str

    def holds(self, situation: Situation) -> bool:
        """Tell whether it was."""
        return any(fnmatchcase(action, self.action) for action in situation.previous or ())

    def __str__(self) -> str:
        return f"{self.action!r} came right before"


@dataclass(frozen=True, slots=True)
class Says(_NoFacts):
    """The user says these words now, one after the other."""

    text: str

    def holds(self, situation: Situation) -> bool:
        """Tell whether the words are among the user's."""
        wanted, said = words(self.text), words(situation.user or "")
        return any(said[at : at + len(wanted)] == wanted for at in range(len(said) - len(wanted) + 1))

    def __str__(self) -> str:
        return f"the user says {self.text!r}"


@dataclass(frozen=True, slots=True)
class Spoke(_NoFacts):
    """The user speaks now, or is silent."""

    speaks: bool

    def holds(self, situation: Situation) -> bool:
        """Tell whether it is so."""
        return bool(situation.user) == self.speaks

    def __str__(self) -> str:
        return "the user speaks" if self.speaks else "the user is silent"


@dataclass(frozen=True, slots=True)
class All:
    """Every one of some conditions holds."""

    conditions: tuple[Condition, ...]

    def holds(self, situation: Situation) -> bool:
        """Tell whether all hold."""
        return all(condition.holds(situation) for condition in self.conditions)

    @property
    def facts(self) -> Iterator[str]:
        """Those of each."""
        for condition in self.conditions:
            yield from condition.facts

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


@dataclass(frozen=True, slots=True)
class AnyOf(All):
    """At least one of some conditions holds."""

    def holds(self, situation: Situation) -> bool:
        """Tell whether one holds."""
        return any(condition.holds(situation) for condition in self.conditions)

    def __str__(self) -> str:
        return f"({' or '.join(map(str, self.conditions))})"


@dataclass(frozen=True, slots=True)
class Not:
    """A condition does not hold."""

    condition: Condition

    def holds(self, situation: Situation) -> bool:
        """Tell whether it does not."""
        return not self.condition.holds(situation)

    @property
    def facts(self) -> Iterator[str]:
        """Those of the condition."""
        return self.condition.facts

    def __str__(self) -> str:
        return f"not ({self.condition})"
