"""The findings of a validation: what was found, how often, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Location:
    """A dialogue, or one of its turns, counted from 1.

    >>> str(Location("d1", 2)), str(Location("d1", part="test"))
    ('d1 turn 2', 'd1 (test)')
    """

    dialogue: str
    turn: int | None = None
    part: str = ""

    def __str__(self) -> str:
        turn = "" if self.turn is None else f" turn {self.turn}"
        return f"{self.dialogue}{turn}" + (f" ({self.part})" if self.part else "")

    def to_json(self) -> dict[str, Any]:
        """Return the fields that are set as plain values."""
        values = {"dialogue": self.dialogue, "turn": self.turn, "part": self.part}
        return {name: value for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One occurrence of a finding: a description, and where it is."""

    what: str
    locations: tuple[Location, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the occurrence as plain values."""
        return {"what": self.what, "locations": [location.to_json() for location in self.locations]}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    Attributes:
        check: the name of the check.
        severity: an `error` makes scores untrue, a `warning` costs accuracy or hides a mistake, a `note` is
            information.
        count: the number of occurrences.
        message: the count in words.
        cure: what can be done about it.
        examples: the first or the most important occurrences.
        figures: further numbers.
    """

    check: str
    severity: Severity
    count: int
    message: str
    cure: str
    examples: Sequence[Occurrence] = ()
    figures: Mapping[str, float] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the finding as plain values."""
        return {
            "check": self.check,
            "severity": self.severity,
            "count": self.count,
            "message": self.message,
            "cure": self.cure,
            "examples": [example.to_json() for example in self.examples],
            **self.figures,
        }


def count_noun(count: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun.

    >>> count_noun(1, "turn"), count_noun(1200, "turn"), count_noun(2, "history", "histories")
    ('1 turn', '1,200 turns', '2 histories')
    """
    return f"{count:,} {singular if count == 1 else plural or singular + 's'}"
