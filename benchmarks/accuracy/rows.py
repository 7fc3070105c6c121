"""Rows of the accuracy tables: the training runs that a case needs, and their results."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.accuracy.best_settings import SETTINGS
from benchmarks.accuracy.training_runs import TrainingRun, write_corpus, write_values
from benchmarks.protocols.case import ProtocolCase, f1_without_listen
from turncast.config import Configuration

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseRuns:
    """The runs of a case: one for each seed, the same without memory, and all seeds as one policy."""

    alone: tuple[TrainingRun, ...]
    memoryless: tuple[TrainingRun, ...]
    together: TrainingRun | None

    @property
    def all(self) -> tuple[TrainingRun, ...]:
        """All training runs."""
        return (*self.alone, *self.memoryless, *([self.together] if self.together else []))


def runs_for(case: ProtocolCase, seeds: int, settings: Mapping[str, Any], cache: Path) -> CaseRuns:
    """Return the training runs of a case; its corpora are written into the cache.

    Where each seed draws its own dialogues there is no policy of all seeds: it would learn from more of them.
    """
    train = write_corpus(case.train, cache)
    tests = tuple((part, write_corpus(corpus, cache)) for part, corpus in case.tests.items())
    values = write_values(case.values, cache) if case.values else None
    chosen = dict(SETTINGS[case.corpus]) | dict(case.settings) | dict(settings)
    without_memory = {name: value for name, value in chosen.items() if name != "cell"}

    def run(settings: Mapping[str, Any], suffix: str = "", **more: Any) -> TrainingRun:
        run_settings = {**settings, **more}
        Configuration.from_settings(run_settings)  # refuses wrong settings before anything is trained
        return TrainingRun(
            train=train,
            tests=tests,
            draw=case.draw,
            values=values,
            settings=tuple(sorted(run_settings.items())),
            name=case.name + suffix,
        )

    numbers = range(1, seeds + 1)
    alone = tuple(run(chosen, seed=seed) for seed in numbers)
    if not case.in_table:
        return CaseRuns(alone, (), None)
    return CaseRuns(
        alone,
        tuple(run(without_memory, ", no memory", layout="one-to-one", seed=seed) for seed in numbers),
        run(chosen, ", together", seed=1, seeds=seeds) if seeds > 1 and case.draw is None else None,
    )


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """The results of a case on one of its test parts."""

    case: ProtocolCase
    part: str
    alone: Sequence[Result]
    memoryless: Sequence[Result]
    together: Result | None

    @property
    def reports(self) -> list[Result]:
        """The report of each seed."""
        return self._on_part(self.alone)

    @property
    def memoryless_reports(self) -> list[Result]:
        """The report of each seed without memory."""
        return self._on_part(self.memoryless)

    @property
    def report_together(self) -> Result | None:
        """The report of all seeds as one policy."""
        return self.together["parts"][self.part] if self.together else None

    @property
    def tables(self) -> list[Result]:
        """The scores of each seed's count table."""
        return [report["table"] for report in self.reports]

    def f1(self, report: Result) -> float:
        """Return the F1 of the protocol."""
        if self.case.f1 == "micro_without_listen":
            return f1_without_listen(report["actions"])
        return float(report[f"{self.case.f1}_f1"])

    def _on_part(self, results: Sequence[Result]) -> list[Result]:
        return [result["parts"][self.part] for result in results]


def rows_of(case: ProtocolCase, runs: CaseRuns, results: Mapping[TrainingRun, Result]) -> list[AccuracyRow]:
    """Return a row for each test part of the case."""
    alone, memoryless = ([results[one] for one in some] for some in (runs.alone, runs.memoryless))
    together = results[runs.together] if runs.together else None
    return [AccuracyRow(case, part, alone, memoryless, together) for part in case.tests]


def mean(figure: Callable[[Result], float] | str, results: Sequence[Result]) -> float:
    """Return the mean of a figure, which is a key of the results or a function of one."""
    return statistics.mean(one[figure] if isinstance(figure, str) else figure(one) for one in results)


def spread(figures: Sequence[float]) -> float | None:
    """Return the standard deviation of the figures; None where there is only one."""
    return statistics.stdev(figures) if len(figures) > 1 else None
