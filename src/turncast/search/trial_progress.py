"""The progress of one trial: its metrics so far, and whether it should stop."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from turncast.training.progress import NoProgress


class Deadline:
    """The end of the time that a search may take.

    >>> Deadline(None).is_over, Deadline(0.0).is_over
    (False, True)
    """

    def __init__(self, minutes: float | None) -> None:
        self._end = None if minutes is None else time.monotonic() + 60 * minutes

    @property
    def seconds_left(self) -> float | None:
        """The seconds left; None without a limit."""
        return None if self._end is None else max(0.0, self._end - time.monotonic())

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self.seconds_left == 0.0


class TrialProgress(NoProgress):
    """Collects the metrics of a trial's trainings (one per seed), and decides when they should stop.

    Args:
        deadline: the trial stops when it is over.
        should_prune: called after each epoch with the mean accuracy of the seeds so far, and the number of
            the epoch over all seeds; where it returns True the trial is pruned.

    Attributes:
        epochs: the number of epochs so far, of all seeds.
        pruned: whether the trial was pruned.
    """

    def __init__(self, deadline: Deadline, should_prune: Callable[[float, int], bool]) -> None:
        self.epochs, self.pruned = 0, False
        self._deadline, self._should_prune = deadline, should_prune
        self._best: list[dict[str, Any]] = []  # the record of the best epoch of each seed
        self._max_epochs, self._started = 0, time.perf_counter()

    def should_stop(self) -> bool:
        """Return whether the trial is pruned, or the time is over."""
        return self.pruned or self._deadline.is_over

    def begin(self, epochs: int, turns: int, done: int) -> None:  # noqa: ARG002
        """Note the number of epochs that each seed has at most."""
        self._max_epochs = epochs

    def epoch(self, record: dict[str, Any]) -> None:
        """Note the epoch, and whether the trial is pruned after it."""
        self.epochs += 1
        if record["epoch"] == 1:
            self._best.append(record)
        elif record["best"]:
            self._best[-1] = record
        step = (len(self._best) - 1) * self._max_epochs + record["epoch"]
        self.pruned = self._should_prune(self.metrics["dev_turn_accuracy"], step)

    @property
    def metrics(self) -> dict[str, Any]:
        """The metrics of the trial so far, by the names of `Trial`: means of the seeds' best epochs."""
        means = {
            name: sum(record[name] for record in self._best) / max(len(self._best), 1)
            for name in ("dev_turn_accuracy", "dev_loss")
        }
        return {**means, "epochs": self.epochs, "seconds": time.perf_counter() - self._started}
