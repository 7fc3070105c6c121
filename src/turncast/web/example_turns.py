"""Example turns for the first page: first turns of the corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice

from turncast.dialogue import Fact, value_name
from turncast.errors import TurncastError
from turncast.web.form import parse_facts
from turncast.web.workspace import Workspace

_NUM_EXAMPLES, _NUM_DIALOGUES, _MAX_LENGTH = 3, 50, 120


@dataclass(frozen=True, slots=True)
class ExampleTurn:
    """A first turn: the user's text, and its facts with name=value on each line."""

    user: str
    facts: str


def example_turns(workspace: Workspace) -> tuple[ExampleTurn, ...]:
    """Return at most three different first turns of the corpus; none where there is no corpus."""
    if not workspace.corpus:
        return ()
    examples: dict[str, ExampleTurn] = {}
    try:
        for dialogue in islice(workspace.read_corpus(), _NUM_DIALOGUES):
            turn = dialogue[0]
            facts = "\n".join(f"{name}={value_name(value)}" for name, value in turn.facts.items())
            if turn.user and len(turn.user) <= _MAX_LENGTH and _can_be_submitted(facts, turn.facts):
                examples.setdefault(turn.user, ExampleTurn(turn.user, facts))
            if len(examples) == _NUM_EXAMPLES:
                break
    except TurncastError:
        return ()  # the corpus page shows the error
    return tuple(examples.values())


def _can_be_submitted(text: str, facts: Mapping[str, Fact]) -> bool:
    """Return whether a form with this text gives these facts."""
    try:
        return parse_facts(text) == facts
    except ValueError:
        return False
