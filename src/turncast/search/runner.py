"""A search in its course: one trial after another, until the time is over or there are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turncast.config import Configuration, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.search.progress import Progress, Standing
from turncast.search.space import Row
from turncast.search.study import Study
from turncast.search.trial import Trial
from turncast.search.trial_progress import Clock, Pruned, Stopped, Watch
from turncast.training import split_dev, train
from turncast.training.compile_cache import clear_compiled


@dataclass(frozen=True, slots=True)
class Part:
    """What one training of each trial learns from, and is judged by."""

    train: Corpus
    dev: Corpus
    seed: int


def parts_of(corpus: Corpus, dev: Corpus | None, config: TrainConfig, seeds: int) -> list[Part]:
    """Return a part for each seed; without a dev part each holds out its own, as `train` does."""
    numbers = range(config.seed, config.seed + seeds)
    if dev is not None:
        return [Part(corpus, dev, seed) for seed in numbers]
    return [Part(*split_dev(corpus, config.dev_share, seed), seed) for seed in numbers]


@dataclass(frozen=True, slots=True)
class Course:
    """A search in its course; the study holds the trials so far."""

    study: Study
    parts: Sequence[Part]
    space: Sequence[Row]
    fixed: Mapping[str, Any]
    clock: Clock
    total: int | None
    progress: Progress | None

    @property
    def goes_on(self) -> bool:
        """Whether there is time, and a trial left to do."""
        return not self.clock.is_over and (self.total is None or len(self.study.trials) < self.total)

    def next_trial(self) -> None:
        """Do one more trial; where it is stopped, it does not count."""
        asked, settings = self.study.ask(self.space, self.fixed)
        standing = self._standing(self.study.trials, done=0)
        if self.progress:
            self.progress.begin(standing)

        def judge(accuracy: float, step: int) -> None:
            if self.progress:
                self.progress.epoch(standing, accuracy, watch.epochs)
            if self.study.report(asked, accuracy, step):
                raise Pruned

        watch, trial = Watch(self.clock, judge), None
        try:
            trial = self._tried(settings, watch)
        finally:
            self.study.tell(asked, trial)
            clear_compiled()
        if self.progress and trial:
            self.progress.trial(self._standing(self.study.trials, done=1), trial)

    def _tried(self, settings: dict[str, Any], watch: Watch) -> Trial | None:
        configuration = Configuration.from_settings({**self.fixed, **settings})
        try:
            for part in self.parts:
                policy = train(
                    part.train,
                    part.dev,
                    network=configuration.network,
                    config=configuration.training.model_copy(update={"seed": part.seed}),
                    encoder=configuration.encoder,
                    progress=watch,
                )
                if policy.card.interrupted:
                    return None
        except Stopped:
            return None
        except Pruned:
            return Trial(settings, "pruned", **watch.figures)
        except ConfigError as error:
            return Trial(settings, "failed", **watch.figures, reason=str(error))
        return Trial(settings, "done", **watch.figures)

    def _standing(self, trials: Sequence[Trial], done: int) -> Standing:
        """Say where the search stands: at the next trial, or (done=1) at the one that is just done."""
        best = max((trial.dev_turn_accuracy for trial in trials if trial.fate == "done"), default=None)
        left = [] if self.clock.seconds_left is None else [self.clock.seconds_left]
        if self.total is not None and trials:
            mean = sum(trial.seconds for trial in trials) / len(trials)
            left.append(mean * (self.total - len(trials)))
        return Standing(len(trials) + 1 - done, self.total, best, min(left, default=None))
