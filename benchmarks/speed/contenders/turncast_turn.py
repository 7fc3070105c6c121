"""A live turn with turncast: from the user's text to ranked actions."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.live_turns import HISTORY, MODEL, SHOWN, live_turns
from benchmarks.speed.rounds import Round, time_calls
from benchmarks.speed.task import BenchmarkTask
from turncast.dialogue import Turn
from turncast.policy import Policy, Prediction
from turncast.sessions import Session

_NUM_TIMED = 50
"""The number of timed first turns, each of a new session, and of timed last turns of a long session."""


class TurncastTurn:
    """Observes and commits in a `Session`."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self._task, self._folder = task, folder

    def first(self) -> float:
        """Load the policy and predict a first turn."""
        self._policy = Policy.load(self._folder / MODEL)
        self._turns = live_turns(self._folder, self._policy)
        self._observe(Session(self._policy), next(self._turns))
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities at turn HISTORY."""
        turns, session = live_turns(self._folder, self._policy), Session(self._policy)
        predictions = [self._observe(session, next(turns)) for _ in range(HISTORY)]
        return predictions[-1].probabilities

    def losses(self) -> list[float]:
        """Return an empty list: nothing is trained."""
        return []

    def round(self) -> Round:
        """Time the turns of a long session, its last turns, and the first turns of new sessions."""
        session = Session(self._policy)
        turns = [next(self._turns) for _ in range(self._task.batches)]
        result = time_calls(1, lambda turn: self._observe(session, turn), turns)
        sessions = [Session(self._policy) for _ in range(_NUM_TIMED)]
        first = time_calls(1, lambda new: self._observe(new, turns[0]), sessions)
        last = time_calls(1, lambda turn: self._observe(session, turn), [turns[0]] * _NUM_TIMED)
        result.figures["turn_1"] = statistics.median(first.samples)
        result.figures["later_turn"] = statistics.median(last.samples)
        result.figures["later_turn_number"] = len(turns) + 1
        return result

    def _observe(self, session: Session, turn: Turn) -> Prediction:
        prediction = session.observe(turn.user, turn.facts)
        prediction.top(SHOWN)
        session.commit(turn.actions)
        return prediction
