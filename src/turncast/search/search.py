"""From a corpus to the settings that do best on its dev part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from turncast.config import TrainConfig, setting
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.features import CorpusStatistics
from turncast.search.progress import Progress
from turncast.search.result import Found
from turncast.search.runner import Course, parts_of
from turncast.search.space import SPACE, Row
from turncast.search.study import Study
from turncast.search.trial_progress import Clock
from turncast.training.interruption import Interruption

DEFAULT_TRIALS = 20


def search(
    corpus: Corpus,
    dev: Corpus | None = None,
    *,
    space: Sequence[Row] = SPACE,
    fixed: Mapping[str, Any] | None = None,
    seeds: int = 1,
    trials: int | None = None,
    minutes: float | None = None,
    study: Path | None = None,
    progress: Progress | None = None,
) -> Found:
    """Look for the settings with which a policy does best on the dev part.

    Each trial draws settings from the space (by Optuna's tree-structured Parzen estimator; the first takes
    the defaults), trains with them, and is given up early where it falls behind the median of the others.
    Only the corpus and the dev part are looked at: keep the test part out of both.

    Args:
        corpus: the dialogues to learn from; they are taken into memory.
        dev: the dialogues that judge; where not given, each seed holds out its own share of the corpus, as
            `train` does with that seed.
        space: what is searched.
        fixed: settings that all trials share, by name.
        seeds: each trial is the mean of so many trainings, so that luck is not what is chosen.
        trials: stop when the study has so many; 20 where neither they nor minutes are given.
        minutes: stop after so long; a trial under way is stopped too, and does not count.
        study: a SQLite file that keeps the trials: with the same corpus and settings, the search goes on.
        progress: what is shown meanwhile; nothing when it is not given.

    Returns:
        What was found. Ctrl-C ends the search early.

    Raises:
        ConfigError: for settings that are unknown or do not go together, or where no trial was done.
        CorpusError: for a corpus from which nothing can be learned.
        StudyError: where the file is no study, or one of another search.
        MissingExtra: where the libraries for searching or training are not installed.

    >>> from turncast import simulate
    >>> from turncast.search import parse_space
    >>> found = search(
    ...     simulate(dialogues=20, seed=1), space=parse_space("units=8,16"), fixed={"epochs": 1}, trials=2
    ... )
    >>> len(found.trials), found.best.settings["units"] in (8, 16)
    (2, True)
    """
    chosen = {name: setting(name, value) for name, value in (fixed or {}).items()}
    config = TrainConfig(**{name: chosen[name] for name in TrainConfig.model_fields if name in chosen})
    space = _searched(space, chosen)
    total = DEFAULT_TRIALS if trials is None and minutes is None else trials
    clock, corpus, dev = Clock(minutes), corpus.load(), None if dev is None else dev.load()
    statistics = CorpusStatistics.from_corpus(corpus)
    space = [row for row in space if statistics.slot_values.slots or not row.of_values]
    described = {row.name: str(row.distribution) for row in space}
    about = {
        "corpus": statistics.fingerprint,
        "dev part": None if dev is None else CorpusStatistics.from_corpus(dev).fingerprint,
        "space": described,
        "fixed settings": chosen,
        "seeds": seeds,
    }
    book = Study(study, about, config.seed)
    course = Course(book, parts_of(corpus, dev, config, seeds), space, chosen, clock, total, progress)
    _run(course)
    return Found(corpus.name, book.trials, described, chosen, seeds)


def _run(course: Course) -> None:
    try:
        with Interruption() as interruption:
            while not interruption.requested and course.goes_on:
                course.next_trial()
    except KeyboardInterrupt:
        pass  # the second Ctrl-C, which does not wait: what was found before is kept all the same
    finally:
        if course.progress:
            course.progress.end()


def _searched(space: Sequence[Row], fixed: Mapping[str, Any]) -> list[Row]:
    """Return the rows that are left to search: the table gives way to what is fixed, a chosen space never."""
    twice = [row.name for row in space if row.name in fixed]
    if twice and space is not SPACE:
        raise ConfigError(f"setting {twice[0]!r} is both fixed and searched; leave one out")
    return [row for row in space if row.name not in fixed]
