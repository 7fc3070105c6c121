"""Watching the trainings of one trial: what it came to so far, and whether it is worth going on."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from turncast.training.progress import Silence


class Pruned(Exception):
    """A trial fell behind the others."""


class Stopped(Exception):
    """The time is over."""


class Clock:
    """The time that a search may take.

    >>> Clock(None).is_over, Clock(0.0).is_over
    (False, True)
    """

    def __init__(self, minutes: float | None) -> None:
        self._end = None if minutes is None else time.monotonic() + 60 * minutes

    @property
    def seconds_left(self) -> float | None:
        """How much is left; None where there is no bound."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether nothing is left."""
        return self.seconds_left == 0.0


class Watch(Silence):
    """What the trainings of a trial, one for each seed, tell.

    Args:
        clock: the training is stopped when it is over.
        judge: is told after each epoch the accuracy so far, as a mean of the seeds, and which step it is:
            each seed has as many as there are epochs at most. It may raise `Pruned`.
    """

    def __init__(self, clock: Clock, judge: Callable[[float, int], None]) -> None:
        self._clock, self._judge = clock, judge
        self._best: list[dict[str, Any]] = []  # the best epoch of each seed
        self.epochs, self._most, self._started = 0, 0, time.perf_counter()

    def begin(self, epochs: int, turns: int, done: int) -> None:  # noqa: ARG002
        """Note how many epochs each seed has at most."""
        self._most = epochs

    def advance(self, turns: int, loss: float) -> None:  # noqa: ARG002
        """Stop where the time is over."""
        if self._clock.is_over:
            raise Stopped

    def epoch(self, record: dict[str, Any]) -> None:
        """Note the epoch, and ask whether to go on."""
        self.epochs += 1
        if record["epoch"] == 1:
            self._best.append(record)
        elif record["best"]:
            self._best[-1] = record
        step = (len(self._best) - 1) * self._most + record["epoch"]
        self._judge(self.figures["dev_turn_accuracy"], step)

    @property
    def figures(self) -> dict[str, Any]:
        """What the trial came to so far, as a `Trial` names it."""
        means = {
            name: sum(record[name] for record in self._best) / max(len(self._best), 1)
            for name in ("dev_turn_accuracy", "dev_loss")
        }
        return {**means, "epochs": self.epochs, "seconds": time.perf_counter() - self._started}
