"""One timed round of one contender."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Round:
    """The times of one round.

    Attributes:
        seconds: of the whole round.
        turns: the number of real turns; for the peak of the machine, the number of operations.
        samples: microseconds of each call, where single calls are timed.
        figures: other figures of the round, by name.
    """

    seconds: float
    turns: int
    samples: list[float] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Turns a second; where single calls are timed, at the speed of the median call.

        >>> Round(4.0, 30, [1e6, 1e6, 2e6]).rate
        10.0
        """
        if self.samples:
            return self.turns / len(self.samples) / (statistics.median(self.samples) / 1e6)
        return self.turns / self.seconds


class BenchmarkRunner(Protocol):
    """One framework at one task; made from the task and its folder, which is not timed."""

    def first(self) -> float:
        """Build the network and run the first step, compilation included; return its loss, or NaN."""
        ...

    def outputs(self) -> NDArray[np.float32]:
        """Return the network's outputs with the given weights."""
        ...

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch; an empty list where they are random."""
        ...

    def round(self) -> Round:
        """Run the task once and return its times."""
        ...


def time_work(turns: int, work: Callable[[], Any]) -> Round:
    """Run `work` once and return the round."""
    started = time.perf_counter()
    work()
    return Round(time.perf_counter() - started, turns)


def time_calls(turns_per_call: int, call: Callable[[Item], Any], items: Iterable[Item]) -> Round:
    """Call once with each item, time each call, and return the round."""
    samples = []
    for item in items:
        started = time.perf_counter_ns()
        call(item)
        samples.append((time.perf_counter_ns() - started) / 1e3)
    return Round(sum(samples) / 1e6, turns_per_call * len(samples), samples)
