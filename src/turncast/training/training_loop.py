"""The training loop of one network: epochs over batches, and the weights of the best epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig, TrainConfig
from turncast.errors import ConfigError
from turncast.features import Augmentation, Batch, Batches
from turncast.network import read_weights
from turncast.training.dev_metrics import dev_metrics
from turncast.training.ema import averaged
from turncast.training.progress import Progress
from turncast.training.rule_masks import mask_refused
from turncast.training.scheduled_sampling import predicted_previous_actions, sampling_share
from turncast.training.step import Step, make_optimizer, make_step
from turncast.vocabulary import ActionSpace

Weights = Mapping[str, NDArray[np.float32]]
Item = TypeVar("Item")

_LEAST_FALL = 0.001
"""Nats per answer; a smaller fall of the dev loss is no gain. It falls forever once all is right."""
_END: Any = object()


@dataclass(slots=True)
class TrainingLoop:
    """The training of one network. Mutable: each epoch changes the model, the optimiser and the metrics.

    Attributes:
        model: the Keras model; it returns logits and probabilities.
        space: the actions.
        config: the settings.
        train: the batches to learn from.
        dev: the batches that decide when to stop, and which epoch is best.
        network: the configuration that the model was built with.
        best: the weights of the best epoch so far.
        metrics: one record for each finished epoch.
    """

    model: Any
    space: ActionSpace
    config: TrainConfig
    train: Batches
    dev: Batches
    network: NetworkConfig
    best: Weights | None = None
    metrics: list[dict[str, Any]] = field(default_factory=list)
    _optimizer: Any = None

    def __post_init__(self) -> None:
        self._optimizer = make_optimizer(self.config)
        self._optimizer.build(self.model.trainable_variables)

    @property
    def _has_rules(self) -> bool:
        return self.train.encoded.refused is not None

    @property
    def variables(self) -> list[Any]:
        """All variables that an epoch changes: weights, dropout seeds, the optimiser's slots."""
        return [*self.model.variables, *self._optimizer.variables]

    @property
    def passes_per_epoch(self) -> int:
        """The number of passes over the training part in one epoch; more than 1 for few batches."""
        return max(1, self.config.epoch_batches // self.train.num_batches)

    @property
    def is_finished(self) -> bool:
        """Whether all epochs are done, or the dev part did not improve for `patience` epochs.

        An improvement is more right turns or a lower loss. The loss may fall for epochs before one turn more
        is right: the longer, the fewer turns the dev part has and the more actions a turn has.
        """
        done = len(self.metrics)
        if not done:
            return False
        right, loss = zip(*map(self._merit, self.metrics), strict=True)
        better = max(_last_improvement(right), _last_improvement(loss, _LEAST_FALL))
        return done >= self.config.epochs or done - 1 - better >= self.config.patience

    def run(
        self, progress: Progress, should_stop: Callable[[], bool], after_epoch: Callable[[], None]
    ) -> None:
        """Train the epochs that are left.

        Args:
            progress: shows the training.
            should_stop: asked before each batch and each epoch; where it returns True the loop ends. The
                epoch under way is then not evaluated.
            after_epoch: called when an epoch was evaluated.
        """
        progress.begin(self.config.epochs, self.passes_per_epoch * self.train.num_turns, len(self.metrics))
        try:
            step = make_step(
                self.model, self._optimizer, self.config, self.space.multi, self._has_rules, self.network
            )
            step.prepare(self.train, self.dev)
            while not self.is_finished and not should_stop():
                record = self._train_epoch(step, progress, should_stop)
                step.finish()
                if record is None:
                    break
                self._evaluate(record, step)
                after_epoch()
                progress.epoch(record)
        finally:
            progress.end()
        # Stopped before any epoch was evaluated: the weights as they are, are the best so far.
        self.best = self.best or read_weights(self.model)

    def _train_epoch(
        self, step: Step, progress: Progress, should_stop: Callable[[], bool]
    ) -> dict[str, Any] | None:
        """Train one epoch; return its record, or None where it was stopped."""
        number = len(self.metrics) + 1
        generator = np.random.default_rng([self.config.seed, number])
        started, total = time.perf_counter(), 0.0
        pending: tuple[Any, Batch] | None = None

        def read_loss() -> float:
            # One batch late: the device computes the next batch while the host waits for this loss.
            if pending is None:
                return 0.0
            loss = float(pending[0])
            progress.advance(pending[1].num_turns, loss)
            return loss * float(pending[1].weights.sum())

        augmentation = self._augmentation(number, step)
        passes = (self.train.shuffled(generator, augmentation) for _ in range(self.passes_per_epoch))
        shuffled = chain.from_iterable(passes)
        for batch, placed in prefetched((batch, step.place(batch)) for batch in shuffled):
            if should_stop():
                return None
            loss = step(placed)
            total += read_loss()
            pending = (loss, batch)
        total += read_loss()
        if not math.isfinite(total):
            raise ConfigError(f"the loss is {total} in epoch {number}; try a smaller learning_rate")
        seconds = time.perf_counter() - started
        return {
            "epoch": number,
            "loss": total / (self.passes_per_epoch * self.train.weight),
            "turns_per_second": self.passes_per_epoch * self.train.num_turns / seconds,
            "seconds": seconds,
        }

    def _augmentation(self, epoch: int, step: Step) -> Augmentation:
        """Return the input augmentation for this epoch (dropout of inputs, scheduled sampling)."""
        share = sampling_share(self.config.scheduled_sampling, epoch)
        actions = None
        if share:
            with averaged(self.model, self._optimizer):
                actions = self._predicted_previous(self.train, step)
        return Augmentation(
            word_dropout=self.config.word_dropout,
            turn_dropout=self.config.turn_dropout,
            fact_dropout=self.config.fact_dropout,
            value_dropout=self.config.value_dropout,
            scheduled_sampling=share,
            predicted_actions=actions,
        )

    def _evaluate(self, record: dict[str, Any], step: Step) -> None:
        """Add the dev part's metrics to an epoch's record; keep the weights where it is the best epoch."""
        with averaged(self.model, self._optimizer):
            record |= self._dev_metrics(step, self.dev.in_order())
            if self.config.scheduled_sampling:
                record["dev_sampled_accuracy"] = self._sampled_accuracy(step)
            record["best"] = all(self._merit(before) < self._merit(record) for before in self.metrics)
            self.metrics.append(record)
            if record["best"]:
                self.best = read_weights(self.model)

    def _merit(self, record: dict[str, Any]) -> tuple[float, float]:
        """Return what epochs are compared by: accuracy, then loss.

        The accuracy with sampled previous actions counts with the share of `scheduled_sampling`.
        """
        share, right = self.config.scheduled_sampling, record["dev_turn_accuracy"]
        return right + share * (record.get("dev_sampled_accuracy", right) - right), -record["dev_loss"]

    def _sampled_accuracy(self, step: Step) -> float:
        """Return the share of right dev turns where every previous action is the network's own."""
        augmentation = Augmentation(
            scheduled_sampling=1.0, predicted_actions=self._predicted_previous(self.dev, step)
        )
        batches = self.dev.shuffled(np.random.default_rng(self.config.seed), augmentation)
        return self._dev_metrics(step, batches)["dev_turn_accuracy"]

    def _predicted_previous(self, batches: Batches, step: Step) -> NDArray[np.int32]:
        return predicted_previous_actions(batches, self.space, partial(self._probabilities, step))

    def _dev_metrics(self, step: Step, batches: Iterable[Batch]) -> dict[str, float]:
        return dev_metrics(self.dev, batches, partial(self._probabilities, step), self.space)

    def _probabilities(self, step: Step, batch: Batch) -> NDArray[np.float32]:
        """Return the probability of each action for each answer, (B, N, A); 0 where a rule refuses it."""
        shape = (*batch.targets.shape[:2], len(self.space))
        probabilities = np.reshape(step.probabilities(batch), shape)
        if not self._has_rules:
            return probabilities
        return mask_refused(probabilities, batch.targets, self.space.multi)


def prefetched(items: Iterable[Item]) -> Iterator[Item]:
    """Yield the items in order; a thread makes the next one while the caller works on this one.

    >>> list(prefetched(n * n for n in range(4)))
    [0, 1, 4, 9]
    """
    iterator = iter(items)
    with ThreadPoolExecutor(1, "turncast-prefetch") as thread:
        coming = thread.submit(next, iterator, _END)
        while (item := coming.result()) is not _END:
            coming = thread.submit(next, iterator, _END)
            yield item


def _last_improvement(figures: Iterable[float], least: float = 0.0) -> int:
    """Return the index of the last figure that exceeds all earlier improvements by more than `least`."""
    best, last = -math.inf, 0
    for index, figure in enumerate(figures):
        if figure > best + least:
            best, last = figure, index
    return last
