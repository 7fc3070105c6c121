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
    """What one round took.

    Attributes:
        seconds: of the whole round.
        turns: how many real turns it went through; of the peak, how many operations.
        samples: microseconds of each call, where single calls are timed.
        figures: what else there is to tell, by name.
    """

    seconds: float
    turns: int
    samples: list[float] = field(default_factory=list)
    figures: dict[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Turns a second; where single calls are timed, at the pace of the median call.

        >>> Round(4.0, 30, [1e6, 1e6, 2e6]).rate
        10.0
        """
        if self.samples:
            return self.turns / len(self.samples) / (statistics.median(self.samples) / 1e6)
        return self.turns / self.seconds


class Contender(Protocol):
    """What a worker does for a contest; made of a problem and its folder, untimed."""

    def first(self) -> float:
        """Build the network and take the first step, compilation included; return its loss, or NaN."""
        ...

    def outputs(self) -> NDArray[np.float32]:
        """Return what the network of the given weights answers."""
        ...

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch; nothing where chance has a part in it."""
        ...

    def round(self) -> Round:
        """Do the job once."""
        ...


def timed(turns: int, work: Callable[[], Any]) -> Round:
    """Return the round in which the work was done."""
    started = time.perf_counter()
    work()
    return Round(time.perf_counter() - started, turns)


def sampled(turns: int, call: Callable[[Item], Any], items: Iterable[Item]) -> Round:
    """Return the round of a call for each item, each timed and each of so many turns."""
    samples = []
    for item in items:
        started = time.perf_counter_ns()
        call(item)
        samples.append((time.perf_counter_ns() - started) / 1e3)
    return Round(sum(samples) / 1e6, turns * len(samples), samples)
