"""The epochs of one training: batches in, best weights out."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.config import TrainConfig
from turncast.errors import ConfigError
from turncast.features import Augmentation, Batch, Batches
from turncast.network import read_weights
from turncast.training.ema import averaged
from turncast.training.prefetch import ahead
from turncast.training.progress import Progress
from turncast.training.rule_masks import permitted
from turncast.training.scheduled_sampling import predicted_previous_actions, sampling_share
from turncast.training.step import Step, make_optimizer, make_step
from turncast.vocabulary import ActionSpace

Weights = Mapping[str, NDArray[np.float32]]

_LEAST_FALL = 0.001
"""A dev loss that falls by less, in nats an answer, is as it was: where all is right it falls for ever."""


@dataclass(slots=True)
class Fit:
    """A training in its course.

    Attributes:
        model: the Keras model, of logits and probabilities.
        train: the batches to learn from.
        dev: the batches that say when to stop.
        best: the weights of the best epoch so far.
        metrics: one record for each epoch done.
    """

    model: Any
    space: ActionSpace
    config: TrainConfig
    train: Batches
    dev: Batches
    best: Weights | None = None
    metrics: list[dict[str, Any]] = field(default_factory=list)
    _optimizer: Any = None

    def __post_init__(self) -> None:
        self._optimizer = make_optimizer(self.config)
        self._optimizer.build(self.model.trainable_variables)

    @property
    def _refuses(self) -> bool:
        return self.train.encoded.refused is not None

    @property
    def variables(self) -> list[Any]:
        """All that an epoch changes: weights, dropout seeds, the optimiser's slots."""
        return [*self.model.variables, *self._optimizer.variables]

    @property
    def passes(self) -> int:
        """How often an epoch goes through the training part: few batches are too few to learn from."""
        return max(1, self.config.epoch_batches // self.train.num_batches)

    @property
    def over(self) -> bool:
        """Whether all epochs are done, or the last ones did no better on the dev part, in turns or in loss.

        The loss may fall for epochs before one turn more is right: the fewer turns there are to judge by, and
        the more actions a turn has, the longer.
        """
        done = len(self.metrics)
        if not done:
            return False
        right, loss = zip(*map(self._merit, self.metrics), strict=True)
        better = max(_last_better(right), _last_better(loss, _LEAST_FALL))
        return done >= self.config.epochs or done - 1 - better >= self.config.patience

    def run(
        self, progress: Progress, interrupted: Callable[[], bool], after_epoch: Callable[[], None]
    ) -> None:
        """Go through the epochs that are left, until they are over or an interruption is wished."""
        progress.begin(self.config.epochs, self.passes * self.train.num_turns, len(self.metrics))
        try:
            step = make_step(self.model, self._optimizer, self.config, self.space.multi, self._refuses)
            step.prepare(self.train, self.dev)
            while not self.over and not interrupted():
                record = self._epoch(step, progress, interrupted)
                step.finish()
                if record is None:
                    break
                self._judge(record, step)
                after_epoch()
                progress.epoch(record)
        finally:
            progress.end()
        # Interrupted before any epoch was judged: what there is, is the best so far.
        self.best = self.best or read_weights(self.model)

    def _epoch(
        self, step: Step, progress: Progress, interrupted: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """Learn from every batch as often as an epoch does; return None where an interruption came first."""
        number = len(self.metrics) + 1
        generator = np.random.default_rng([self.config.seed, number])
        started, total = time.perf_counter(), 0.0
        waiting: tuple[Any, Batch] | None = None

        def settle() -> float:
            # One batch behind: the device works on the next while this one's loss is fetched.
            if waiting is None:
                return 0.0
            loss = float(waiting[0])
            progress.advance(waiting[1].num_turns, loss)
            return loss * float(waiting[1].weights.sum())

        augmentation = self._augmentation(number, step)
        rounds = (self.train.shuffled(generator, augmentation) for _ in range(self.passes))
        shuffled = chain.from_iterable(rounds)
        for batch, placed in ahead((batch, step.place(batch)) for batch in shuffled):
            if interrupted():
                return None
            loss = step(placed)
            total += settle()
            waiting = (loss, batch)
        total += settle()
        if not math.isfinite(total):
            raise ConfigError(f"the loss is {total} in epoch {number}; try a smaller learning_rate")
        seconds = time.perf_counter() - started
        return {
            "epoch": number,
            "loss": total / (self.passes * self.train.weight),
            "turns_per_second": self.passes * self.train.num_turns / seconds,
            "seconds": seconds,
        }

    def _augmentation(self, epoch: int, step: Step) -> Augmentation:
        """Return the input augmentation of an epoch (dropout of inputs, scheduled sampling)."""
        config, actions = self.config, None
        share = sampling_share(config.scheduled_sampling, epoch)
        if share:
            with averaged(self.model, self._optimizer):
                actions = predicted_previous_actions(self.train, self.space, partial(self._answers, step))
        return Augmentation(
            word_dropout=config.word_dropout,
            turn_dropout=config.turn_dropout,
            fact_dropout=config.fact_dropout,
            value_dropout=config.value_dropout,
            scheduled_sampling=share,
            predicted_actions=actions,
        )

    def _judge(self, record: dict[str, Any], step: Step) -> None:
        """Add how the dev part fares, and keep the weights where it never fared better."""
        with averaged(self.model, self._optimizer):
            record |= self._dev_record(step, self.dev.in_order())
            if self.config.scheduled_sampling:
                record["dev_sampled_accuracy"] = self._sampled_accuracy(step)
            record["best"] = all(self._merit(before) < self._merit(record) for before in self.metrics)
            self.metrics.append(record)
            if record["best"]:
                self.best = read_weights(self.model)

    def _merit(self, record: dict[str, Any]) -> tuple[float, float]:
        """Return what epochs are compared by: dev turns are told own actions as often as training's are."""
        share, right = self.config.scheduled_sampling, record["dev_turn_accuracy"]
        return right + share * (record.get("dev_sampled_accuracy", right) - right), -record["dev_loss"]

    def _sampled_accuracy(self, step: Step) -> float:
        """Return the share of dev turns that are right, each told the network's own actions before it."""
        actions = predicted_previous_actions(self.dev, self.space, partial(self._answers, step))
        augmentation = Augmentation(scheduled_sampling=1.0, predicted_actions=actions)
        batches = self.dev.shuffled(np.random.default_rng(self.config.seed), augmentation)
        return self._dev_record(step, batches)["dev_turn_accuracy"]

    def _answers(self, step: Step, batch: Batch) -> NDArray[np.float32]:
        """Return the probability of each action at each answer, (B, N, A), 0 where a rule refuses it."""
        found = np.reshape(step.probabilities(batch), (*batch.targets.shape[:2], len(self.space)))
        return permitted(found, batch.targets, self.space.multi) if self._refuses else found

    def _dev_record(self, step: Step, batches: Iterable[Batch]) -> dict[str, float]:
        """Return the loss and the share of right turns over all batches of the dev part."""
        right, loss, known = 0, 0.0, 0.0
        for batch in batches:
            probabilities = self._answers(step, batch)
            true = _multi_hot(batch.targets, len(self.space))
            same = (self.space.decide(probabilities) == true[..., :-1]).all(-1) & ~true[..., -1]
            # Only the first answer of each row counts here: what is further ahead is in the loss.
            right += int((same * batch.weights)[:, :: self.dev.horizon].sum())
            # An unknown action is wrong above; it has no probability of which a loss could be made.
            weights = batch.weights * ~true[..., -1]
            loss += float((weights * _losses(probabilities, true[..., :-1], self.space.multi)).sum())
            known += float(weights.sum())
        return {"dev_loss": loss / max(known, 1.0), "dev_turn_accuracy": right / self.dev.num_decisions}


def _last_better(figures: Iterable[float], least: float = 0.0) -> int:
    """Return the last place whose figure is greater, by more than the least, than all that counted before."""
    best, place = -math.inf, 0
    for number, figure in enumerate(figures):
        if figure > best + least:
            best, place = figure, number
    return place


def _multi_hot(targets: NDArray[np.int32], num_actions: int) -> NDArray[np.bool_]:
    """Return (B, N, A + 1) bits of (B, N, L) indices; the last is an unknown action, padding sets none."""
    bits: NDArray[np.bool_] = (targets[..., None] == np.arange(num_actions + 1)).any(-2)
    return bits


def _losses(probabilities: NDArray[np.float32], true: NDArray[np.bool_], multi: bool) -> NDArray[np.float32]:
    """Return the cross-entropy of each answer, (B, N), as in training."""
    right = np.log(np.maximum(probabilities, 1e-9))
    losses: NDArray[np.float32]
    if multi:
        losses = -np.where(true, right, np.log(np.maximum(1 - probabilities, 1e-9))).mean(-1)
    else:
        losses = -(right * true).sum(-1)
    return losses
