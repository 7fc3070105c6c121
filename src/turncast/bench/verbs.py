"""The four benches: which contests each of them holds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from turncast.bench.contest import Contest, Tell, hold
from turncast.bench.entrants import PEAK, check_names, entrants
from turncast.bench.operations import operations_a_turn
from turncast.bench.problem import Kind, Problem
from turncast.bench.report import table
from turncast.bench.setting import lay_out, lay_out_corpus, lay_out_policy
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


@dataclass(frozen=True, slots=True)
class Plan:
    """How contests are held.

    Attributes:
        names: the contenders; all when there are none.
        rounds: how often each takes its turn.
        quick: small sizes, only to see that it runs.
        load: each round once more beside a process that keeps a core busy.
        tell: called with what happens.
    """

    names: tuple[str, ...] = ()
    rounds: int = 7
    quick: bool = False
    load: bool = False
    tell: Tell = print

    def __post_init__(self) -> None:
        check_names(self.names)

    def hold(self, problem: Problem, folder: Path, words: float = 0.0) -> Contest:
        """Hold one contest."""
        self.tell(problem.title)
        operations = operations_a_turn(problem, words)
        found = hold(
            problem,
            folder,
            entrants(problem.kind, self.names),
            rounds=self.rounds,
            load=self.load,
            operations=operations,
            peak=None if operations is None else PEAK,
            tell=self.tell,
        )
        taking_part = [entrant.name for entrant in entrants(problem.kind)]
        absent = {name: "takes no part here" for name in self.names if name not in taking_part}
        found = replace(found, left_out=found.left_out | absent)
        heads, rows = table(found)
        for name, *cells in rows:
            figures = zip(heads[1:], cells, strict=True)
            self.tell(f"  {name}: " + ", ".join(f"{head} {cell}" for head, cell in figures if cell))
        return found

    def made_up(self, problem: Problem) -> Contest:
        """Hold a contest over made-up weights and data."""
        with tempfile.TemporaryDirectory(prefix="turncast-bench-") as name:
            words = lay_out(problem, Path(name))
            return self.hold(problem, Path(name), words)


def bench_train(
    plan: Plan, cases: Sequence[str] = TRAIN_CASES, batches: Sequence[int] = (128, 32)
) -> list[Contest]:
    """Train on made-up data: dense numbers, a growing vocabulary, the words of each turn.

    Args:
        plan: how.
        cases: of `TRAIN_CASES`.
        batches: dialogues of a batch, for `flat`.
    """
    _check(cases, TRAIN_CASES)
    problems = [problem for case in cases for problem in _training(case, batches, plan.quick)]
    return [plan.made_up(problem) for problem in problems]


def bench_corpora(plan: Plan, corpora: Iterable[Corpus], epochs: int) -> list[Contest]:
    """Train on recorded dialogues, from the first to the last epoch."""
    contests = []
    for corpus in corpora:
        with tempfile.TemporaryDirectory(prefix="turncast-bench-") as name:
            contests.append(plan.hold(lay_out_corpus(corpus, epochs, Path(name)), Path(name)))
    return contests


def bench_step(
    plan: Plan,
    cases: Sequence[str] = STEP_CASES,
    policy: Policy | None = None,
    corpus: Corpus | None = None,
) -> list[Contest]:
    """Step one live conversation: with texts, with bits alone, and from the start of a process.

    Args:
        plan: how.
        cases: of `STEP_CASES`.
        policy: the model; one of simulated bookings when not given.
        corpus: what the users say.
    """
    _check(cases, STEP_CASES)
    contests = []
    for case in cases:
        if case == "step":
            contests.append(plan.made_up(_stepping(plan.quick)))
            continue
        corpus = corpus or simulate(20 if plan.quick else 100, seed=2)
        policy = policy or _some_policy(plan.quick)
        contests.append(_live(plan, case, policy, corpus))
    return contests


def bench_batch(plan: Plan, conversations: int = 1024) -> list[Contest]:
    """Step many conversations at once."""
    wide: dict[str, Any] = (
        {"batches": 2, "features": 50, "units": 16, "bit_units": 16} if plan.quick else {"batches": 20}
    )
    problem = replace(Problem("batch", "", batch=conversations), **wide)
    title = (
        f"A step of {conversations:,} conversations: {problem.set_bits} of {problem.features:,} bits, "
        f"{problem.units} units, {problem.actions} actions"
    )
    return [plan.made_up(replace(problem, title=title))]


def bench_load(plan: Plan, cases: Sequence[str] = LOAD_CASES) -> list[Contest]:
    """Do some of the above alone and beside a process that keeps one core busy, in turns.

    Args:
        plan: how.
        cases: of `LOAD_CASES`; `server` is no contest: `bench_serve` measures it.
    """
    _check(cases, LOAD_CASES)
    plan, contests = replace(plan, load=True), []
    for case in cases:
        if case == "flat":
            contests += bench_train(plan, ["flat"], [128])
        elif case == "turn":
            contests += bench_step(plan, ["turn"])
        elif case == "batch":
            contests += bench_batch(plan)
    return contests


def _training(case: str, batches: Sequence[int], quick: bool) -> list[Problem]:
    small: dict[str, Any] = _SMALL if quick else {}
    if case == "flat":
        problems = [Problem("flat", "", batch=batch) for batch in ([8] if quick else batches)]
        return [_titled(replace(p, **{"batches": 2560 // p.batch, **small}), "flat") for p in problems]
    if case == "vocabulary":
        widths = (20, 40) if quick else (1_000, 10_000)
        problems = [Problem("bits", "", batch=8 if quick else 128) for _ in widths]
        sizes: list[dict[str, Any]] = [{**small, "features": width} for width in widths]
        return [_titled(replace(p, **size), case) for p, size in zip(problems, sizes, strict=True)]
    problem = Problem("hierarchy", "", batch=4 if quick else 32, batches=40)
    narrow: dict[str, Any] = {**small, "word_units": 8, "words": 4} if quick else {}
    return [_titled(replace(problem, **narrow), case)]


def _titled(problem: Problem, case: str) -> Problem:
    seen = {
        "flat": f"{problem.features} dense numbers a turn",
        "vocabulary": f"{min(problem.set_bits, problem.features)} of {problem.features:,} bits a turn",
        "hierarchy": f"{problem.words} words a turn, of {problem.vocabulary:,}, {problem.word_units} units",
    }[case]
    title = (
        f"Training, {case}: {seen}, {problem.batch} dialogues of {problem.turns} turns a batch, "
        f"{problem.units} units, {problem.actions} actions"
    )
    return replace(problem, title=title)


def _stepping(quick: bool) -> Problem:
    problem = Problem("step", "", batch=1, batches=20 if quick else 1000)
    title = (
        f"A step of one conversation: {problem.set_bits} of {problem.features} bits, {problem.units} units, "
        f"{problem.actions} actions"
    )
    return replace(problem, title=title)


def _live(plan: Plan, case: str, policy: Policy, corpus: Corpus) -> Contest:
    titles = {
        "turn": "A live turn, from text to ranked actions; without a state, from the last 10 turns",
        "start": "From the start of a process to the first prediction",
    }
    kind: Kind = "turn" if case == "turn" else "start"
    problem = Problem(kind, titles[kind], batch=1, batches=20 if plan.quick else 1000)
    problem = replace(problem, turns=2 if plan.quick else 20)
    with tempfile.TemporaryDirectory(prefix="turncast-bench-") as name:
        return plan.hold(lay_out_policy(policy, corpus, problem, Path(name)), Path(name))


def _some_policy(quick: bool) -> Policy:
    """Return a policy that need not be good: only its sizes matter."""
    units: dict[str, Any] = {"units": 8, "bit_units": 8} if quick else {}
    corpus = simulate(20 if quick else 200, seed=1)
    return train(corpus, network=NetworkConfig(**units), config=TrainConfig(epochs=1, devices=1))


def _check(cases: Sequence[str], known: Sequence[str]) -> None:
    for case in cases:
        if case not in known:
            names = ", ".join(known)
            raise ConfigError(f"--case {case!r} is unknown; it is one of {names}{did_you_mean(case, known)}")
