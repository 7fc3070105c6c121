"""The live turns of a task: the turns of recorded dialogues, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

from turncast.dialogue import Turn
from turncast.policy import Policy
from turncast.readers import read

MODEL, DIALOGUES = "model", "dialogues.jsonl"
HISTORY = 10
"""The number of turns that a model without state reads; outputs are compared after as many turns."""
SHOWN = 3
"""The number of ranked actions that are requested."""


def live_turns(folder: Path, policy: Policy) -> Iterator[Turn]:
    """Yield the turns in an endless loop, without actions that the policy does not know."""
    known = policy.encoder.actions
    turns = [turn for dialogue in read(folder / DIALOGUES) for turn in dialogue]
    for turn in cycle(turns):
        yield Turn(turn.user, tuple(action for action in turn.actions if action in known), turn.facts)
