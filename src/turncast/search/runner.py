"""The runner of trials: one after the other, until there are enough or the time is over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turncast.config import Configuration, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.search.progress import SearchProgress, SearchStatus
from turncast.search.space import SearchedSetting
from turncast.search.study import Study
from turncast.search.trial import Trial
from turncast.search.trial_progress import Deadline, TrialProgress
from turncast.training import split_dev, train
from turncast.training.compile_cache import clear_compiled


@dataclass(frozen=True, slots=True)
class TrialData:
    """The training and dev part for one seed; each trial trains once on each."""

    train: Corpus
    dev: Corpus
    seed: int


def trial_data(corpus: Corpus, dev: Corpus | None, config: TrainConfig, seeds: int) -> list[TrialData]:
    """Return the data of each seed; without a dev part each seed holds out its own, as `train` does."""
    numbers = range(config.seed, config.seed + seeds)
    if dev is not None:
        return [TrialData(corpus, dev, seed) for seed in numbers]
    return [TrialData(*split_dev(corpus, config.dev_share, seed), seed) for seed in numbers]


@dataclass(frozen=True, slots=True)
class TrialRunner:
    """Runs the trials of a search.

    Attributes:
        study: the trials so far, and the next settings to try.
        data: the data of each seed.
        space: the settings that are searched.
        fixed: the settings that are the same in all trials.
        deadline: the end of the search.
        max_trials: the number of trials to run; None for as many as the time allows.
        progress: shows the search; None shows nothing.
    """

    study: Study
    data: Sequence[TrialData]
    space: Sequence[SearchedSetting]
    fixed: Mapping[str, Any]
    deadline: Deadline
    max_trials: int | None
    progress: SearchProgress | None

    @property
    def has_next(self) -> bool:
        """Whether there is time for another trial, and one left to run."""
        enough = self.max_trials is not None and len(self.study.trials) >= self.max_trials
        return not self.deadline.is_over and not enough

    def run_next(self) -> None:
        """Run one more trial; a trial that is stopped does not count."""
        asked, settings = self.study.ask(self.space, self.fixed)
        status = self._status(finished=False)
        if self.progress:
            self.progress.begin(status)

        def should_prune(accuracy: float, step: int) -> bool:
            if self.progress:
                self.progress.epoch(status, accuracy, trial_progress.epochs)
            return self.study.report(asked, accuracy, step)

        trial_progress, trial = TrialProgress(self.deadline, should_prune), None
        try:
            trial = self._run(settings, trial_progress)
        finally:
            self.study.finish(asked, trial)
            clear_compiled()
        if self.progress and trial:
            self.progress.trial(self._status(finished=True), trial)

    def _run(self, settings: dict[str, Any], progress: TrialProgress) -> Trial | None:
        """Train with these settings on the data of each seed; return None where the trial was stopped."""
        configuration = Configuration.from_settings({**self.fixed, **settings})
        for data in self.data:
            try:
                policy = train(
                    data.train,
                    data.dev,
                    network=configuration.network,
                    config=configuration.training.model_copy(update={"seed": data.seed}),
                    encoder=configuration.encoder,
                    progress=progress,
                    should_stop=progress.should_stop,
                )
            except ConfigError as error:
                return Trial(settings, "failed", **progress.metrics, reason=str(error))
            if progress.pruned:
                return Trial(settings, "pruned", **progress.metrics)
            if policy.card.interrupted:
                return None
        return Trial(settings, "done", **progress.metrics)

    def _status(self, *, finished: bool) -> SearchStatus:
        """Return the status of the search at the next trial, or at the one that has just finished."""
        trials = self.study.trials
        best = max((trial.dev_turn_accuracy for trial in trials if trial.status == "done"), default=None)
        seconds = [] if self.deadline.seconds_left is None else [self.deadline.seconds_left]
        if self.max_trials is not None and trials:
            mean = sum(trial.seconds for trial in trials) / len(trials)
            seconds.append(mean * (self.max_trials - len(trials)))
        return SearchStatus(
            number=len(trials) + (0 if finished else 1),
            total=self.max_trials,
            best=best,
            seconds_left=min(seconds, default=None),
        )
