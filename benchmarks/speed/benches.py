"""The benches: the tasks of `train`, `step`, `batch` and `load`."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.speed.contenders.table import PEAK, check_names, contenders_for
from benchmarks.speed.contest import Contest, Log, run_contest
from benchmarks.speed.operations import operations_per_turn
from benchmarks.speed.report import table
from benchmarks.speed.task import BenchmarkTask, TaskKind
from benchmarks.speed.task_files import write_corpus_task, write_policy_task, write_synthetic_task
from turncast.config import NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError, did_you_mean
from turncast.policy import Policy
from turncast.simulator import simulate
from turncast.training import train

TRAIN_CASES = ("flat", "vocabulary", "hierarchy")
STEP_CASES = ("turn", "step", "start")
LOAD_CASES = ("flat", "turn", "batch", "server")
_SMALL = {"batches": 2, "units": 16, "features": 20, "turns": 5, "bit_units": 16}
_FOLDER_PREFIX = "turncast-bench-"


@dataclass(frozen=True, slots=True)
class ContestSettings:
    """How contests are run.

    Attributes:
        names: the contenders; all where empty.
        rounds: the number of rounds of each contender.
        quick: small sizes, only to see that everything runs.
        load: repeat each round while another process keeps a core busy.
        log: called with a line at each step.
    """

    names: tuple[str, ...] = ()
    rounds: int = 7
    quick: bool = False
    load: bool = False
    log: Log = print

    def __post_init__(self) -> None:
        check_names(self.names)

    def run(self, task: BenchmarkTask, folder: Path, words: float = 0.0) -> Contest:
        """Run one contest, and log its results."""
        self.log(task.title)
        operations = operations_per_turn(task, words)
        contest = run_contest(
            task,
            folder,
            contenders_for(task.kind, self.names),
            rounds=self.rounds,
            load=self.load,
            operations=operations,
            peak=None if operations is None else PEAK,
            log=self.log,
        )
        possible = [contender.name for contender in contenders_for(task.kind)]
        absent = {name: "it does not do this task" for name in self.names if name not in possible}
        contest = replace(contest, left_out=contest.left_out | absent)
        heads, rows = table(contest)
        for name, *cells in rows:
            figures = zip(heads[1:], cells, strict=True)
            self.log(f"  {name}: " + ", ".join(f"{head} {cell}" for head, cell in figures if cell))
        return contest

    def run_synthetic(self, task: BenchmarkTask) -> Contest:
        """Run a contest on random weights and data."""
        with tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX) as folder:
            words = write_synthetic_task(task, Path(folder))
            return self.run(task, Path(folder), words)


def train_contests(
    settings: ContestSettings, cases: Sequence[str] = TRAIN_CASES, batches: Sequence[int] = (128, 32)
) -> list[Contest]:
    """Train on random data: dense numbers, a growing vocabulary, the words of each turn.

    Args:
        settings: how to run the contests.
        cases: of `TRAIN_CASES`.
        batches: dialogues in a batch, for `flat`.
    """
    _check_cases(cases, TRAIN_CASES)
    tasks = [task for case in cases for task in _training_tasks(case, batches, settings.quick)]
    return [settings.run_synthetic(task) for task in tasks]


def corpus_contest(settings: ContestSettings, corpus: Corpus, epochs: int) -> Contest:
    """Train on recorded dialogues, from the first to the last epoch."""
    with tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX) as folder:
        return settings.run(write_corpus_task(corpus, epochs, Path(folder)), Path(folder))


def step_contests(
    settings: ContestSettings,
    cases: Sequence[str] = STEP_CASES,
    policy: Policy | None = None,
    corpus: Corpus | None = None,
) -> list[Contest]:
    """Step one live conversation: with texts, with bits alone, and from the start of a process.

    Args:
        settings: how to run the contests.
        cases: of `STEP_CASES`.
        policy: the model; where None, one is trained on simulated bookings.
        corpus: the texts of the users; simulated bookings where None.
    """
    _check_cases(cases, STEP_CASES)
    contests = []
    for case in cases:
        if case == "step":
            contests.append(settings.run_synthetic(_step_task(settings.quick)))
            continue
        corpus = corpus or simulate(20 if settings.quick else 100, seed=2)
        policy = policy or _untuned_policy(settings.quick)
        contests.append(_live_contest(settings, case, policy, corpus))
    return contests


def batch_contest(settings: ContestSettings, conversations: int = 1024) -> Contest:
    """Step many conversations at once."""
    sizes: dict[str, Any] = (
        {"batches": 2, "features": 50, "units": 16, "bit_units": 16} if settings.quick else {"batches": 20}
    )
    task = replace(BenchmarkTask("batch", "", batch=conversations), **sizes)
    title = (
        f"A step of {conversations:,} conversations: {task.set_bits} of {task.features:,} bits, "
        f"{task.units} units, {task.actions} actions"
    )
    return settings.run_synthetic(replace(task, title=title))


def load_contests(settings: ContestSettings, cases: Sequence[str] = LOAD_CASES) -> list[Contest]:
    """Run some of the above without and with a process that keeps one core busy, in alternating rounds.

    Args:
        settings: how to run the contests.
        cases: of `LOAD_CASES`; `server` is no contest: `measure_server_load` measures it.
    """
    _check_cases(cases, LOAD_CASES)
    settings, contests = replace(settings, load=True), []
    for case in cases:
        if case == "flat":
            contests += train_contests(settings, ["flat"], [128])
        elif case == "turn":
            contests += step_contests(settings, ["turn"])
        elif case == "batch":
            contests.append(batch_contest(settings))
    return contests


def _training_tasks(case: str, batches: Sequence[int], quick: bool) -> list[BenchmarkTask]:
    small: dict[str, Any] = _SMALL if quick else {}
    if case == "flat":
        tasks = [BenchmarkTask("flat", "", batch=batch) for batch in ([8] if quick else batches)]
        return [_with_title(replace(one, **{"batches": 2560 // one.batch, **small}), case) for one in tasks]
    if case == "vocabulary":
        widths = (20, 40) if quick else (1_000, 10_000)
        task = BenchmarkTask("bits", "", batch=8 if quick else 128)
        return [_with_title(replace(task, **{**small, "features": width}), case) for width in widths]
    task = BenchmarkTask("hierarchy", "", batch=4 if quick else 32, batches=40)
    narrow: dict[str, Any] = {**small, "word_units": 8, "words": 4} if quick else {}
    return [_with_title(replace(task, **narrow), case)]


def _with_title(task: BenchmarkTask, case: str) -> BenchmarkTask:
    inputs = {
        "flat": f"{task.features} dense numbers a turn",
        "vocabulary": f"{min(task.set_bits, task.features)} of {task.features:,} bits a turn",
        "hierarchy": f"{task.words} words a turn, of {task.vocabulary:,}, {task.word_units} units",
    }[case]
    title = (
        f"Training, {case}: {inputs}, {task.batch} dialogues of {task.turns} turns a batch, "
        f"{task.units} units, {task.actions} actions"
    )
    return replace(task, title=title)


def _step_task(quick: bool) -> BenchmarkTask:
    task = BenchmarkTask("step", "", batch=1, batches=20 if quick else 1000)
    title = (
        f"A step of one conversation: {task.set_bits} of {task.features} bits, {task.units} units, "
        f"{task.actions} actions"
    )
    return replace(task, title=title)


def _live_contest(settings: ContestSettings, case: str, policy: Policy, corpus: Corpus) -> Contest:
    titles = {
        "turn": "A live turn, from text to ranked actions; without a state, from the last 10 turns",
        "start": "From the start of a process to the first prediction",
    }
    kind: TaskKind = "turn" if case == "turn" else "start"
    task = BenchmarkTask(kind, titles[kind], batch=1, batches=20 if settings.quick else 1000)
    task = replace(task, turns=2 if settings.quick else 20)
    with tempfile.TemporaryDirectory(prefix=_FOLDER_PREFIX) as folder:
        return settings.run(write_policy_task(policy, corpus, task, Path(folder)), Path(folder))


def _untuned_policy(quick: bool) -> Policy:
    """Return a policy after one epoch: only its sizes matter here."""
    units: dict[str, Any] = {"units": 8, "bit_units": 8} if quick else {}
    corpus = simulate(20 if quick else 200, seed=1)
    return train(corpus, network=NetworkConfig(**units), config=TrainConfig(epochs=1, devices=1))


def _check_cases(cases: Sequence[str], known: Sequence[str]) -> None:
    for case in cases:
        if case not in known:
            names = ", ".join(known)
            raise ConfigError(f"--case {case!r} is unknown; it is one of {names}{did_you_mean(case, known)}")
