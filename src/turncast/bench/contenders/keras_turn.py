"""A live turn as it is done with Keras: `predict` on the last turns, for the model keeps no state."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.arrays import read_arrays
from turncast.bench.contenders.keras_network import give_weights, keras_network
from turncast.bench.contenders.live import HISTORY, MODEL, SHOWN, live_turns
from turncast.bench.problem import Problem
from turncast.bench.round import Round, sampled
from turncast.dialogue import Turn
from turncast.policy import Policy, Prediction


class KerasTurn:
    """Encodes the turn as turncast does, and predicts from the last ten."""

    def __init__(self, problem: Problem, folder: Path) -> None:
        self._problem, self._folder = problem, folder
        self._policy, self._weights = Policy.load(folder / MODEL), read_arrays(folder, "weights")

    def first(self) -> float:
        """Build the model, and predict from a full history."""
        self._model: Any = give_weights(keras_network(self._problem, "softmax"), self._weights)
        self._begin(live_turns(self._folder, self._policy))
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities at a later turn."""
        return self._begin(live_turns(self._folder, self._policy)).probabilities

    def losses(self) -> list[float]:
        """Return none."""
        return []

    def round(self) -> Round:
        """Predict turn after turn."""
        turns = [next(self._turns) for _ in range(self._problem.turns)]
        return sampled(1, self._observe, turns)

    def _begin(self, turns: Iterator[Turn]) -> Prediction:
        """Fill the history, and predict at its end."""
        self._turns = turns
        self._memory = self._policy.encoder.start()
        self._history: deque[NDArray[np.float32]] = deque(maxlen=HISTORY)
        for _ in range(HISTORY - 1):
            self._remember(next(turns))
        return self._observe(next(turns))

    def _observe(self, turn: Turn) -> Prediction:
        self._remember(turn)
        probabilities = self._model.predict(np.stack(self._history)[None], verbose=0)[0, -1]
        prediction = Prediction(probabilities, self._policy.space)
        prediction.top(SHOWN)
        return prediction

    def _remember(self, turn: Turn) -> None:
        x = np.zeros(self._problem.features, np.float32)
        encoded, self._memory = self._policy.encoder.encode(turn, self._memory)
        x[encoded.bits] = 1
        self._history.append(x)
