"""A live turn as Keras's users do it: `predict` on the last turns, because the model keeps no state."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.keras_network import keras_network, set_weights
from benchmarks.speed.contenders.live_turns import HISTORY, MODEL, SHOWN, live_turns
from benchmarks.speed.rounds import Round, time_calls
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import read_arrays
from turncast.dialogue import Turn
from turncast.policy import Policy, Prediction


class KerasTurn:
    """Encodes the turn as turncast does, and predicts from the last ten."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self._task, self._folder = task, folder
        self._policy, self._weights = Policy.load(folder / MODEL), read_arrays(folder, "weights")

    def first(self) -> float:
        """Build the model, and predict from a full history."""
        self._model: Any = set_weights(keras_network(self._task, "softmax"), self._weights)
        self._fill_history(live_turns(self._folder, self._policy))
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities at turn HISTORY."""
        return self._fill_history(live_turns(self._folder, self._policy)).probabilities

    def losses(self) -> list[float]:
        """Return an empty list: nothing is trained."""
        return []

    def round(self) -> Round:
        """Predict turn after turn."""
        turns = [next(self._turns) for _ in range(self._task.turns)]
        return time_calls(1, self._observe, turns)

    def _fill_history(self, turns: Iterator[Turn]) -> Prediction:
        """Fill the history and predict the next turn."""
        self._turns = turns
        self._encoder_state = self._policy.encoder.start()
        self._history: deque[NDArray[np.float32]] = deque(maxlen=HISTORY)
        for _ in range(HISTORY - 1):
            self._append(next(turns))
        return self._observe(next(turns))

    def _observe(self, turn: Turn) -> Prediction:
        self._append(turn)
        probabilities = self._model.predict(np.stack(self._history)[None], verbose=0)[0, -1]
        prediction = Prediction(probabilities, self._policy.space)
        prediction.top(SHOWN)
        return prediction

    def _append(self, turn: Turn) -> None:
        x = np.zeros(self._task.features, np.float32)
        encoded, self._encoder_state = self._policy.encoder.encode(turn, self._encoder_state)
        x[encoded.bits] = 1
        self._history.append(x)
