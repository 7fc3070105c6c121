"""What a validation finds: each finding with its kind, its count and its places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found.

    >>> str(Place("d1", 2)), str(Place("d1", part="test"))
    ('d1 turn 2', 'd1 (test)')
    """

    dialogue: str
    turn: int | None = None
    part: str = ""

    def __str__(self) -> str:
        turn = "" if self.turn is None else f" turn {self.turn}"
        return f"{self.dialogue}{turn}" + (f" ({self.part})" if self.part else "")

    def to_json(self) -> dict[str, Any]:
        """Return the place as plain values, those that are there."""
        values = {"dialogue": self.dialogue, "turn": self.turn, "part": self.part}
        return {name: value for name, value in values.items() if value not in (None, "")}


@dataclass(frozen=True, slots=True)
class Example:
    """One of the things that a finding counts: what it is, and where it was seen first."""

    what: str
    places: tuple[Place, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the example as plain values."""
        return {"what": self.what, "places": [place.to_json() for place in self.places]}


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing that was found.

    Attributes:
        check: a name of the kind, for programs.
        severity: an `error` makes scores untrue, a `warning` costs accuracy or hides a mistake, a `note` is
            good to know.
        count: how many there are.
        message: the count in words.
        cure: what can be done.
        examples: the first or the weightiest of them.
        figures: more numbers.
    """

    check: str
    severity: Severity
    count: int
    message: str
    cure: str
    examples: Sequence[Example] = ()
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


def many(count: int, one: str, several: str | None = None) -> str:
    """Return a count with its noun.

    >>> many(1, "turn"), many(1200, "turn"), many(2, "history", "histories")
    ('1 turn', '1,200 turns', '2 histories')
    """
    return f"{count:,} {one if count == 1 else several or one + 's'}"
