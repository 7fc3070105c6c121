"""What happened in a conversation: events, and the turns that they come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from turncast.dialogue import Fact, Turn

Kind = Literal["observed", "committed", "overridden", "undone"]

_NONE: Mapping[str, Fact] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. The log of a conversation is a list of them, and is only added to.

    Attributes:
        kind: a turn was `observed`; actions were `committed` at the last turn; those of an earlier turn were
            `overridden`; the last turn was `undone`.
        turn: which turn, counted from 1.
        actions: what was predicted (observed), or really done (committed, overridden).
        user: what the user said (observed).
        facts: what else the system saw (observed).
        response: what the system said with its actions, where that was told (committed, overridden).
    """

    kind: Kind
    turn: int
    actions: tuple[str, ...] = ()
    user: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=lambda: _NONE)
    response: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return what `from_json` reads; what is empty is left out.

        >>> Event("observed", 1, ("greet",), "hello").to_json()
        {'kind': 'observed', 'turn': 1, 'actions': ['greet'], 'user': 'hello'}
        """
        record: dict[str, Any] = {"kind": self.kind, "turn": self.turn}
        if self.actions:
            record["actions"] = list(self.actions)
        if self.user is not None:
            record["user"] = self.user
        if self.facts:
            record["facts"] = dict(self.facts)
        if self.response is not None:
            record["response"] = self.response
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> Event:
        """Return the event that `to_json` described."""
        return cls(
            record["kind"],
            record["turn"],
            tuple(record.get("actions", ())),
            record.get("user"),
            record.get("facts", _NONE),
            record.get("response"),
        )


def turns_of(events: Iterable[Event]) -> tuple[Turn, ...]:
    """Return the turns that a log comes to, each with the actions that were really done.

    A last turn that was observed, and not committed yet, has no actions.

    >>> log = [Event("observed", 1, ("greet",), "hello"), Event("committed", 1, ("bye",))]
    >>> turns_of(log)[0].actions, turns_of([*log, Event("undone", 1)])
    (('bye',), ())
    """
    turns: list[Turn] = []
    for event in events:
        if event.kind == "observed":
            turns.append(Turn(event.user, facts=event.facts))
        elif event.kind == "undone":
            turns.pop()
        else:
            seen = turns[event.turn - 1]
            turns[event.turn - 1] = replace(seen, actions=event.actions, response=event.response)
    return tuple(turns)


def ends_open(events: Iterable[Event]) -> bool:
    """Tell whether the last turn of a log was observed and not committed.

    >>> log = [Event("observed", 1), Event("committed", 1), Event("observed", 2), Event("overridden", 1)]
    >>> ends_open(log), ends_open(log[:2])
    (True, False)
    """
    last = "undone"
    for event in events:
        last = last if event.kind == "overridden" else event.kind
    return last == "observed"
