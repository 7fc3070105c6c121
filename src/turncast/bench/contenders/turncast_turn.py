"""A live turn of turncast: from the user's text to ranked actions."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.bench.contenders.live import HISTORY, MODEL, SHOWN, live_turns
from turncast.bench.problem import Problem
from turncast.bench.round import Round, sampled
from turncast.dialogue import Turn
from turncast.policy import Policy, Prediction
from turncast.sessions import Session

_FRESH = 50
"""So many new sessions tell how long their first turn takes; and so many turns how long the last ones do."""


class TurncastTurn:
    """Observes and commits in a `Session`."""

    def __init__(self, problem: Problem, folder: Path) -> None:
        self._problem, self._folder = problem, folder

    def first(self) -> float:
        """Load the policy, and predict a first turn."""
        self._policy = Policy.load(self._folder / MODEL)
        self._turns = live_turns(self._folder, self._policy)
        self._observe(Session(self._policy), next(self._turns))
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities at a later turn."""
        turns, session = live_turns(self._folder, self._policy), Session(self._policy)
        predictions = [self._observe(session, next(turns)) for _ in range(HISTORY)]
        return predictions[-1].probabilities

    def losses(self) -> list[float]:
        """Return none."""
        return []

    def round(self) -> Round:
        """Go through a long session, and through the first turn of many."""
        session = Session(self._policy)
        turns = [next(self._turns) for _ in range(self._problem.batches)]
        work = sampled(1, lambda turn: self._observe(session, turn), turns)
        sessions = [Session(self._policy) for _ in range(_FRESH)]
        fresh = sampled(1, lambda fresh: self._observe(fresh, turns[0]), sessions)
        again = sampled(1, lambda turn: self._observe(session, turn), [turns[0]] * _FRESH)
        work.figures["turn_1"] = statistics.median(fresh.samples)
        work.figures["later_turn"] = statistics.median(again.samples)
        work.figures["later_turn_number"] = len(turns) + 1
        return work

    def _observe(self, session: Session, turn: Turn) -> Prediction:
        prediction = session.observe(turn.user, turn.facts)
        prediction.top(SHOWN)
        session.commit(turn.actions)
        return prediction
