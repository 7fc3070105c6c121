"""A contest: contenders, each in a process of its own, do the same task in alternating rounds."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.table import Contender
from benchmarks.speed.load_process import LoadProcess
from benchmarks.speed.rounds import Round
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.worker_process import ContenderFailed, WorkerProcess

TOLERANCE = 1e-4
"""The largest allowed difference between a contender's outputs and those of the first contender."""
_LOSS_TOLERANCE = 1e-3
Log = Callable[[str], None]
Answers = tuple[NDArray[np.float32], list[float]]
"""Outputs of the network, and the losses of the first three steps."""


@dataclass(slots=True)
class ContenderResult:
    """The times and the memory of one contender.

    Attributes:
        import_seconds: from the start of its process until its libraries are imported and its data is read.
        first_seconds: to build the network and run the first step, compilation included.
        rounds: one after the other.
        loaded_rounds: rounds while another process kept one core busy.
        megabytes: the peak memory of its process.
    """

    contender: Contender
    import_seconds: float = 0.0
    first_seconds: float = 0.0
    rounds: list[Round] = field(default_factory=list)
    loaded_rounds: list[Round] = field(default_factory=list)
    megabytes: float = 0.0


@dataclass(frozen=True, slots=True)
class Contest:
    """The results of a contest.

    Attributes:
        results: of the contenders that finished; all are compared with the first.
        left_out: the reason, by the name of each contender that did not finish.
        peak: operations a second of a matrix product, where it was measured.
        operations: operations for each real turn, where they are counted.
    """

    task: BenchmarkTask
    results: tuple[ContenderResult, ...]
    left_out: dict[str, str]
    peak: float | None = None
    operations: float | None = None


@dataclass(slots=True)
class RunningContenders:
    """The contenders that have not failed, with their processes."""

    stack: ExitStack
    log: Log
    processes: dict[str, WorkerProcess] = field(default_factory=dict)
    results: dict[str, ContenderResult] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)

    def leave_out(self, name: str, reason: str) -> None:
        """Continue without a contender."""
        self.left_out[name] = reason
        self.log(f"  {name} is left out: {reason}")
        self.results.pop(name, None)
        self.processes.pop(name, None)

    def start(self, contender: Contender, task: BenchmarkTask, folder: Path) -> Answers:
        """Start a contender; return its outputs, and the losses of its first steps.

        Raises:
            ContenderFailed: where it fails.
        """
        runner = contender.runners[task.kind]
        started = time.perf_counter()
        # An empty cache for each: programs compiled in an earlier run must not help.
        cache = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="turncast-cache-"))
        environment = {"XDG_CACHE_HOME": cache, **contender.environment}
        process = self.stack.enter_context(WorkerProcess(runner, folder, environment))
        self.processes[contender.name] = process
        result = self.results[contender.name] = ContenderResult(contender)
        process.ask("prepare")
        result.import_seconds = time.perf_counter() - started
        first = process.ask("first")
        result.first_seconds = first["first_seconds"]
        outputs, losses = process.outputs(contender.name)
        seconds = result.import_seconds + result.first_seconds
        self.log(f"  {contender.name}: first step after {seconds:.1f} s")
        return outputs, [first["loss"], *losses] if losses else []

    def run_round(self, loaded: bool) -> None:
        """Let each contender run one round."""
        for name, process in list(self.processes.items()):
            try:
                result = self.results[name]
                (result.loaded_rounds if loaded else result.rounds).append(process.round())
            except ContenderFailed as failure:
                self.leave_out(name, str(failure))


def run_contest(
    task: BenchmarkTask,
    folder: Path,
    contenders: Sequence[Contender],
    *,
    rounds: int,
    load: bool = False,
    operations: float | None = None,
    peak: Contender | None = None,
    log: Log = lambda _: None,
) -> Contest:
    """Run a contest; a contender that fails, or that differs from the first, is left out and named.

    Args:
        task: what the contenders do.
        folder: the folder of the task's files.
        contenders: who takes part; the first one's outputs are the reference.
        rounds: the number of rounds of each contender.
        load: whether to repeat each round while another process keeps a core busy.
        operations: operations for each turn, where they are counted.
        peak: measures the peak of the machine between the rounds.
        log: called with a line at each step.
    """
    with ExitStack() as stack:
        running = RunningContenders(stack, log)
        _start_all(running, task, folder, contenders)
        peaks: list[Round] = []
        peak_process = None
        if peak is not None and running.processes:
            peak_process = stack.enter_context(
                WorkerProcess(peak.runners["matrix-product"], folder, peak.environment)
            )
            peak_process.ask("prepare")
            peak_process.ask("first")
        load_process = stack.enter_context(LoadProcess()) if load else None
        for number in range(rounds):
            log(f"  round {number + 1} of {rounds}")
            running.run_round(loaded=False)
            if peak_process is not None:
                peaks.append(peak_process.round())
            if load_process is not None:
                load_process.resume()
                running.run_round(loaded=True)
                load_process.pause()
        for name, process in running.processes.items():
            running.results[name].megabytes = process.ask("memory")["megabytes"]
        best = max((one.rate for one in peaks), default=None)
        return Contest(task, tuple(running.results.values()), running.left_out, best, operations)


def _start_all(
    running: RunningContenders, task: BenchmarkTask, folder: Path, contenders: Sequence[Contender]
) -> None:
    """Start the contenders one after the other; leave out those that differ from the first."""
    expected: Answers | None = None
    for contender in contenders:
        if not contender.installed:
            missing = ", ".join(contender.missing_modules)
            running.leave_out(contender.name, f"{missing} not installed; `make bench` installs all")
            continue
        try:
            answers = running.start(contender, task, folder)
        except ContenderFailed as failure:
            running.leave_out(contender.name, str(failure))
            continue
        expected = expected or answers
        if reason := disagreement(expected, answers):
            running.leave_out(contender.name, reason)


def disagreement(expected: Answers, answers: Answers) -> str:
    """Return how a contender's outputs or losses differ from the first one's; an empty text where they agree.

    >>> disagreement((np.zeros(2), [1.0]), (np.array([0.0, 0.5]), [1.0]))
    'its outputs differ from those of the first contender by up to 0.5; 0.0001 is allowed'
    """
    (outputs, losses), (others, other_losses) = expected, answers
    if outputs.shape != others.shape:
        return f"its outputs have shape {others.shape}, those of the first contender {outputs.shape}"
    difference = float(np.abs(outputs - others).max(initial=0))
    if not difference <= TOLERANCE:  # NaN is refused too
        return (
            f"its outputs differ from those of the first contender by up to {difference:.2g}; "
            f"{TOLERANCE:g} is allowed"
        )
    if not np.allclose(losses, other_losses, atol=_LOSS_TOLERANCE, rtol=_LOSS_TOLERANCE):
        return f"its losses are {other_losses}, those of the first contender {losses}"
    return ""
