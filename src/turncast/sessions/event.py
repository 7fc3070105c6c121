"""The events of a conversation, and the turns that result from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from turncast.dialogue import Fact, Turn

Kind = Literal["observed", "committed", "overridden", "undone"]

_NO_FACTS: Mapping[str, Fact] = {}


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a conversation. The log of a conversation is a list of events; it only grows.

    Attributes:
        kind: `observed`: a new turn; `committed`: the actions taken at the last turn; `overridden`: the
            corrected actions of an earlier turn; `undone`: the last turn was removed.
        turn: the number of the turn, counted from 1.
        actions: the predicted actions (observed), or the actions really taken (committed, overridden).
        user: the user's text (observed).
        facts: the facts of the turn (observed).
        response: the system's text, where the client sent it (committed, overridden).
    """

    kind: Kind
    turn: int
    actions: tuple[str, ...] = ()
    user: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    response: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the object that `from_json` reads; empty fields are left out.

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
        """Return the event that `to_json` wrote."""
        return cls(
            kind=record["kind"],
            turn=record["turn"],
            actions=tuple(record.get("actions", ())),
            user=record.get("user"),
            facts=record.get("facts", _NO_FACTS),
            response=record.get("response"),
        )


def turns_from_events(events: Iterable[Event]) -> tuple[Turn, ...]:
    """Return the turns that result from a log, each with the actions that were really taken.

    A last turn that was observed and not committed yet has no actions.

    >>> log = [Event("observed", 1, ("greet",), "hello"), Event("committed", 1, ("bye",))]
    >>> turns_from_events(log)[0].actions, turns_from_events([*log, Event("undone", 1)])
    (('bye',), ())
    """
    turns: list[Turn] = []
    for event in events:
        if event.kind == "observed":
            turns.append(Turn(event.user, facts=event.facts))
        elif event.kind == "undone":
            turns.pop()
        else:
            place = event.turn - 1
            turns[place] = replace(turns[place], actions=event.actions, response=event.response)
    return tuple(turns)


def num_decided_turns(events: Iterable[Event]) -> int:
    """Return the number of turns before the first one whose actions were neither committed nor corrected.

    >>> log = [Event("observed", 1), Event("committed", 1), Event("observed", 2), Event("observed", 3)]
    >>> num_decided_turns(log), num_decided_turns([*log, Event("overridden", 2)])
    (1, 2)
    """
    decided: list[bool] = []
    for event in events:
        if event.kind == "observed":
            decided.append(False)
        elif event.kind == "undone":
            decided.pop()
        else:
            decided[event.turn - 1] = True
    return [*decided, False].index(False)


def ends_open(events: Iterable[Event]) -> bool:
    """Return whether the last turn of a log was observed and not committed.

    >>> log = [Event("observed", 1), Event("committed", 1), Event("observed", 2), Event("overridden", 1)]
    >>> ends_open(log), ends_open(log[:2])
    (True, False)
    """
    last = "undone"
    for event in events:
        last = last if event.kind == "overridden" else event.kind
    return last == "observed"
