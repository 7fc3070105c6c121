"""A contest: contenders, each in a process of its own, take turns at the same problem."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.bench.busy import BusyProcess
from turncast.bench.entrants import EXTRA, Entrant
from turncast.bench.problem import Problem
from turncast.bench.process import Lost, Process
from turncast.bench.round import Round

TOLERANCE = 1e-4
"""So far may a contender's outputs be from those of the first."""
_LOSS_TOLERANCE = 1e-3
Tell = Callable[[str], None]


@dataclass(slots=True)
class Entry:
    """What one contender took.

    Attributes:
        import_seconds: from the start of its process until its libraries are imported and its data read.
        first_seconds: to build the network and take the first step, compilation included.
        rounds: one after the other.
        loaded: rounds beside a process that kept one core busy.
        megabytes: the most memory that its process had.
    """

    entrant: Entrant
    import_seconds: float = 0.0
    first_seconds: float = 0.0
    rounds: list[Round] = field(default_factory=list)
    loaded: list[Round] = field(default_factory=list)
    megabytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Contest:
    """How a contest went.

    Attributes:
        entries: of those who stayed to the end; the others are compared with the first.
        left_out: why, by the name of who was left out.
        peak: operations a second of the product of matrices, where it was measured.
        operations: of each real turn, where they are counted.
    """

    problem: Problem
    entries: tuple[Entry, ...]
    left_out: dict[str, str]
    peak: float | None = None
    operations: float | None = None


@dataclass(slots=True)
class Field:
    """The contenders that are still in, with their processes."""

    stack: ExitStack
    tell: Tell
    processes: dict[str, Process] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def lose(self, name: str, why: str) -> None:
        """Go on without a contender."""
        self.left_out[name] = why
        self.tell(f"  {name} is left out: {why}")
        self.entries.pop(name, None)
        self.processes.pop(name, None)

    def start(
        self, entrant: Entrant, problem: Problem, folder: Path
    ) -> tuple[NDArray[np.float32], list[float]]:
        """Start a contender; return what it answers, and the losses of its first steps.

        Raises:
            Lost: where it fails.
        """
        place = entrant.places[problem.kind]
        started = time.perf_counter()
        # What was compiled before must not help: each begins as on a new machine.
        fresh = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="turncast-cache-"))
        environment = {"XDG_CACHE_HOME": fresh, **entrant.environment}
        process = self.stack.enter_context(Process(place, folder, environment))
        self.processes[entrant.name] = process
        entry = self.entries[entrant.name] = Entry(entrant)
        process.ask("prepare")
        entry.import_seconds = time.perf_counter() - started
        first = process.ask("first")
        entry.first_seconds = first["first_seconds"]
        outputs, losses = process.outputs(entrant.name)
        self.tell(f"  {entrant.name}: first step after {entry.import_seconds + entry.first_seconds:.1f} s")
        return outputs, [first["loss"], *losses] if losses else []

    def take_turns(self, loaded: bool) -> None:
        """Let each do one round."""
        for name, process in list(self.processes.items()):
            try:
                entry = self.entries[name]
                (entry.loaded if loaded else entry.rounds).append(process.round())
            except Lost as lost:
                self.lose(name, str(lost))


def hold(
    problem: Problem,
    folder: Path,
    taking_part: Sequence[Entrant],
    *,
    rounds: int,
    load: bool = False,
    operations: float | None = None,
    peak: Entrant | None = None,
    tell: Tell = lambda _: None,
) -> Contest:
    """Hold a contest; who fails, or answers otherwise than the first, is left out and named.

    Args:
        problem: the job.
        folder: where its files lie.
        taking_part: the contenders; the first answers for all.
        rounds: how often each takes its turn.
        load: whether each round is done once more beside a busy process.
        operations: of each turn, where they are counted.
        peak: what measures the machine's peak between the rounds.
        tell: called with what happens.
    """
    with ExitStack() as stack:
        field = Field(stack, tell)
        _gather(field, problem, folder, taking_part)
        peaks: list[Round] = []
        gauge = None
        if peak is not None and field.processes:
            gauge = stack.enter_context(Process(peak.places["sgemm"], folder, peak.environment))
            gauge.ask("prepare")
            gauge.ask("first")
        busy = stack.enter_context(BusyProcess()) if load else None
        for number in range(rounds):
            tell(f"  round {number + 1} of {rounds}")
            field.take_turns(loaded=False)
            if gauge is not None:
                peaks.append(gauge.round())
            if busy is not None:
                busy.go()
                field.take_turns(loaded=True)
                busy.rest()
        for name, process in field.processes.items():
            field.entries[name].megabytes = process.ask("end")["megabytes"]
        best = max((one.rate for one in peaks), default=None)
        return Contest(problem, tuple(field.entries.values()), field.left_out, best, operations)


def _gather(field: Field, problem: Problem, folder: Path, taking_part: Sequence[Entrant]) -> None:
    """Start all contenders, one after the other, and keep those that answer as the first does."""
    expected: tuple[NDArray[np.float32], list[float]] | None = None
    for entrant in taking_part:
        if not entrant.installed:
            field.lose(entrant.name, f"not installed; pip install 'turncast[{EXTRA}]' brings it")
            continue
        try:
            found = field.start(entrant, problem, folder)
        except Lost as lost:
            field.lose(entrant.name, str(lost))
            continue
        expected = expected or found
        if why := disagreement(expected, found):
            field.lose(entrant.name, why)


def disagreement(
    expected: tuple[NDArray[np.float32], list[float]], found: tuple[NDArray[np.float32], list[float]]
) -> str:
    """Say what is not the same in what two contenders answer and how their losses fall; nothing where all is.

    >>> disagreement((np.zeros(2), [1.0]), (np.array([0.0, 0.5]), [1.0]))
    'its outputs are up to 0.5 from those of the first contender; 0.0001 is allowed'
    """
    (outputs, losses), (others, other_losses) = expected, found
    if outputs.shape != others.shape:
        return f"its outputs are of shape {others.shape}, those of the first contender of {outputs.shape}"
    most = float(np.abs(outputs - others).max(initial=0))
    if not most <= TOLERANCE:  # so that no number is refused too
        return f"its outputs are up to {most:.2g} from those of the first contender; {TOLERANCE:g} is allowed"
    if not np.allclose(losses, other_losses, atol=_LOSS_TOLERANCE, rtol=_LOSS_TOLERANCE):
        return f"its losses are {other_losses}, those of the first contender {losses}"
    return ""
