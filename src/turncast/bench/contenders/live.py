"""The live turns that contenders go through: those of recorded dialogues, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from turncast.dialogue import Turn
from turncast.policy import Policy
from turncast.readers import read

MODEL, DIALOGUES = "model", "dialogues.jsonl"
HISTORY = 10
"""So many turns a model without state looks at; and after so many, answers are compared."""
SHOWN = 3
"""So many ranked actions are asked for."""


def live_turns(folder: Path, policy: Policy) -> Iterator[Turn]:
    """Yield turns without end; the actions are those that the policy knows."""
    known = policy.encoder.actions
    turns = [turn for dialogue in read(folder / DIALOGUES) for turn in dialogue]
    for turn in cycle(turns):
        yield Turn(turn.user, tuple(action for action in turn.actions if action in known), turn.facts)
