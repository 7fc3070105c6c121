"""The search: from a corpus to the settings that are best on its dev part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from turncast.config import TrainConfig, setting
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.features import CorpusStatistics
from turncast.search.progress import SearchProgress
from turncast.search.result import SearchResult
from turncast.search.runner import TrialRunner, trial_data
from turncast.search.space import SPACE, SearchedSetting
from turncast.search.study import Study
from turncast.search.trial_progress import Deadline
from turncast.training.interruption import Interruption

DEFAULT_TRIALS = 20


def search(
    corpus: Corpus,
    dev: Corpus | None = None,
    *,
    space: Sequence[SearchedSetting] = SPACE,
    fixed: Mapping[str, Any] | None = None,
    seeds: int = 1,
    trials: int | None = None,
    minutes: float | None = None,
    study: Path | None = None,
    progress: SearchProgress | None = None,
) -> SearchResult:
    """Search the settings with which a policy is best on the dev part.

    Each trial draws settings from the space (by Optuna's tree-structured Parzen estimator; the first trial
    has the defaults), trains with them, and is pruned where it is worse than the median of the others. The
    search sees only the corpus and the dev part: keep the test part out of both.

    Args:
        corpus: the dialogues to learn from; they are loaded into memory.
        dev: the dialogues to evaluate on; by default each seed holds out its own share of the corpus, as
            `train` does with that seed.
        space: the settings to search.
        fixed: settings that are the same in all trials, by name.
        seeds: the number of trainings that each trial is the mean of, so that luck is not selected.
        trials: stop when the study has this many trials; 20 where neither `trials` nor `minutes` is given.
        minutes: stop after this time; the trial under way is stopped too, and does not count.
        study: a SQLite file for the trials; with the same corpus and settings, a later search continues it.
        progress: shows the search; by default nothing is shown.

    Returns:
        The result. Ctrl-C ends the search early.

    Raises:
        ConfigError: for settings that are unknown or contradict each other.
        CorpusError: for a corpus from which nothing can be learned.
        StudyError: for a file that is not a study, or is the study of another search.
        MissingExtra: where the libraries for searching or training are not installed.

    >>> from turncast import simulate
    >>> from turncast.search import parse_space
    >>> result = search(
    ...     simulate(dialogues=20, seed=1), space=parse_space("units=8,16"), fixed={"epochs": 1}, trials=2
    ... )
    >>> len(result.trials), result.best.settings["units"] in (8, 16)
    (2, True)
    """
    deadline = Deadline(minutes)
    fixed = {name: setting(name, value) for name, value in (fixed or {}).items()}
    config = TrainConfig(**{name: fixed[name] for name in TrainConfig.model_fields if name in fixed})
    corpus, dev = corpus.load(), None if dev is None else dev.load()
    searched, identity = _study_identity(corpus, dev, space, fixed, seeds)
    runner = TrialRunner(
        study=Study(study, identity, config.seed),
        data=trial_data(corpus, dev, config, seeds),
        space=searched,
        fixed=fixed,
        deadline=deadline,
        max_trials=DEFAULT_TRIALS if trials is None and minutes is None else trials,
        progress=progress,
    )
    _run_trials(runner)
    return SearchResult(corpus.name, runner.study.trials, identity["space"], fixed, seeds)


def _study_identity(
    corpus: Corpus, dev: Corpus | None, space: Sequence[SearchedSetting], fixed: Mapping[str, Any], seeds: int
) -> tuple[list[SearchedSetting], dict[str, Any]]:
    """Return the settings to search, and all that must be the same for a study to be continued."""
    statistics = CorpusStatistics.from_corpus(corpus)
    has_values = bool(statistics.slot_values.slots)
    searched = [row for row in _not_fixed(space, fixed) if has_values or not row.needs_values]
    return searched, {
        "corpus": statistics.fingerprint,
        "dev part": None if dev is None else CorpusStatistics.from_corpus(dev).fingerprint,
        "space": {row.name: str(row.distribution) for row in searched},
        "fixed settings": fixed,
        "seeds": seeds,
    }


def _run_trials(runner: TrialRunner) -> None:
    try:
        with Interruption() as interruption:
            while not interruption.requested and runner.has_next:
                runner.run_next()
    except KeyboardInterrupt:
        pass  # the second Ctrl-C, which does not wait for the batch: earlier trials are in the study
    finally:
        if runner.progress:
            runner.progress.end()


def _not_fixed(space: Sequence[SearchedSetting], fixed: Mapping[str, Any]) -> list[SearchedSetting]:
    """Return the settings that are not fixed; raise ConfigError if a given space has one that is."""
    twice = [row.name for row in space if row.name in fixed]
    if twice and space is not SPACE:
        raise ConfigError(f"setting {twice[0]!r} is both fixed and searched; leave one out")
    return [row for row in space if row.name not in fixed]
