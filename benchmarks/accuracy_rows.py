"""Rows of the accuracy tables: the trials that a case needs, and what they found."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from best_settings import SETTINGS
from protocols.case import Case, spoken_f1
from trials import Trial, write_corpus, write_values
from turncast.config import Configuration

Result = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trials:
    """The trials of a case: a seed each, the same without memory, and all seeds as one policy."""

    alone: tuple[Trial, ...]
    memoryless: tuple[Trial, ...]
    together: Trial | None

    @property
    def all(self) -> tuple[Trial, ...]:
        """Every trial."""
        return (*self.alone, *self.memoryless, *([self.together] if self.together else []))


def trials_of(case: Case, seeds: int, settings: Mapping[str, Any], cache: Path) -> Trials:
    """Return the trials of a case; its corpora are written into the cache.

    Dialogues drawn by the seed are others for each seed: several seeds as one policy would learn from all.
    """
    train = write_corpus(case.train, cache)
    tests = tuple((part, write_corpus(corpus, cache)) for part, corpus in case.tests.items())
    values = write_values(case.values, cache) if case.values else None
    chosen = dict(SETTINGS[case.corpus]) | dict(case.settings) | dict(settings)
    without_memory = {name: value for name, value in chosen.items() if name != "cell"}

    def trial(settings: Mapping[str, Any], said: str = "", **more: Any) -> Trial:
        told = {**settings, **more}
        Configuration.from_settings(told)  # refuses what is wrong before anything is trained
        return Trial(train, tests, case.draw, values, tuple(sorted(told.items())), case.name + said)

    numbers = range(1, seeds + 1)
    alone = tuple(trial(chosen, seed=seed) for seed in numbers)
    if not case.in_table:
        return Trials(alone, (), None)
    return Trials(
        alone,
        tuple(trial(without_memory, ", no memory", layout="one-to-one", seed=seed) for seed in numbers),
        trial(chosen, ", together", seed=1, seeds=seeds) if seeds > 1 and case.draw is None else None,
    )


@dataclass(frozen=True, slots=True)
class Row:
    """What the trials of a case found on one of its parts."""

    case: Case
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
        """What each seed's table of counts has right."""
        return [report["table"] for report in self.reports]

    def f1(self, report: Result) -> float:
        """Return the F1 that the protocol counts."""
        if self.case.f1 == "spoken":
            return spoken_f1(report["actions"])
        return float(report[f"{self.case.f1}_f1"])

    def _on_part(self, results: Sequence[Result]) -> list[Result]:
        return [result["parts"][self.part] for result in results]


def rows_of(case: Case, trials: Trials, results: Mapping[Trial, Result]) -> list[Row]:
    """Return a row for each part that the case is judged on."""
    alone, memoryless = ([results[one] for one in some] for some in (trials.alone, trials.memoryless))
    together = results[trials.together] if trials.together else None
    return [Row(case, part, alone, memoryless, together) for part in case.tests]


def mean(figure: Callable[[Result], float] | str, results: Sequence[Result]) -> float:
    """Return the mean of a figure, or of what stands under a name."""
    return statistics.mean(one[figure] if isinstance(figure, str) else figure(one) for one in results)


def spread(figures: Sequence[float]) -> float | None:
    """Return the standard deviation of a sample; None of one figure."""
    return statistics.stdev(figures) if len(figures) > 1 else None
