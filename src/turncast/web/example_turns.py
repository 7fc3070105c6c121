"""First turns to try: those of the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from turncast.dialogue import Fact, value_name
from turncast.errors import TurncastError
from turncast.web.form import facts_of
from turncast.web.workspace import Workspace

_SHOWN, _LOOKED_AT, _LONGEST = 3, 50, 120


@dataclass(frozen=True, slots=True)
class Starter:
    """What a user says first, and the facts that come with it, one a line."""

    user: str
    facts: str


def starters(workspace: Workspace) -> tuple[Starter, ...]:
    """Return a few first turns of the corpus, each said but once; none where there is no corpus."""
    if not workspace.corpus:
        return ()
    found: dict[str, Starter] = {}
    try:
        for dialogue in islice(workspace.whole(), _LOOKED_AT):
            turn = dialogue[0]
            facts = "\n".join(f"{name}={value_name(value)}" for name, value in turn.facts.items())
            if turn.user and len(turn.user) <= _LONGEST and _can_be_written(facts, turn.facts):
                found.setdefault(turn.user, Starter(turn.user, facts))
            if len(found) == _SHOWN:
                break
    except TurncastError:
        return ()  # the page of the corpus says what is wrong with it
    return tuple(found.values())


def _can_be_written(text: str, facts: Mapping[str, Fact]) -> bool:
    try:
        return facts_of(text) == facts
    except ValueError:
        return False
