"""Training as Keras's users do it: `Masking`, `LSTM`, `TimeDistributed(Dense)`, `fit`."""

from __future__ import annotations

import math
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.keras_network import keras_network, set_weights
from benchmarks.speed.contenders.padded_batch import NO_ACTION, PaddedBatch, first_batch, num_turns
from benchmarks.speed.rounds import Round, time_work
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import encoded_corpus, read_arrays
from turncast.backend import keras
from turncast.features import EncodedCorpus


class KerasTraining:
    """Trains on arrays (`flat`, `hierarchy`), or on dialogues of bits in a `PyDataset` (`bits`, `corpus`)."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self._task, self._weights = task, read_arrays(folder, "weights")
        data = read_arrays(folder, "data")
        self._train: Any = None
        if task.has_bits:
            corpus = encoded_corpus(data, "train")
            self._train = PaddedDataset(corpus, task.batch, np.random.default_rng(task.seed))
            self._x, self._y = self._train.batch(first_batch(corpus, task))
        else:
            self._x, self._y = data.get("features", data.get("tokens")), data["targets"]
        self._dev: Any = None
        if task.kind == "corpus":
            self._dev = PaddedDataset(encoded_corpus(data, "dev"), task.batch, None)
        self._model: Any = None

    def first(self) -> float:
        """Build, compile, and train on the first batch."""
        self._model = self._compiled_model()
        return self._train_on_first_batch()

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the first batch; of a corpus, those of real turns only."""
        model = set_weights(keras_network(self._task), self._weights)
        logits = np.asarray(model.predict_on_batch(self._x[: self._task.batch]))
        return logits[(self._x != 0).any(-1)] if self._task.kind == "corpus" else logits

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch, or none with dropout."""
        return [] if self._task.dropout else [self._train_on_first_batch() for _ in range(2)]

    def round(self) -> Round:
        """Train one epoch; on a corpus, train a new network for all epochs."""
        if self._task.kind == "corpus":
            return self._whole_training()
        if self._train is not None:
            turns = num_turns(self._train.corpus)
            return time_work(turns, lambda: self._model.fit(self._train, verbose=0))
        options = {"batch_size": self._task.batch, "shuffle": True, "verbose": 0}
        return time_work(self._y.size, lambda: self._model.fit(self._x, self._y, **options))

    def _train_on_first_batch(self) -> float:
        size = self._task.batch
        history = self._model.fit(self._x[:size], self._y[:size], batch_size=size, verbose=0)
        return float(history.history["loss"][0])

    def _whole_training(self) -> Round:
        keras.utils.clear_session()
        epochs, clock = self._task.epochs, _EpochClock()

        def train() -> None:
            model = self._compiled_model()
            model.fit(self._train, validation_data=self._dev, epochs=epochs, callbacks=[clock], verbose=0)

        turns = num_turns(self._train.corpus)
        result = time_work(turns * epochs, train)
        result.figures["later"] = turns / statistics.median(clock.seconds[1:] or clock.seconds)
        return result

    def _compiled_model(self) -> Any:
        model = set_weights(keras_network(self._task), self._weights)
        # `Masking` keeps padding out of the loss; its target must only be a valid action.
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = keras.optimizers.Adam(self._task.learning_rate, global_clipnorm=self._task.clip_norm)
        metrics = ["accuracy"] if self._task.kind == "corpus" else None
        model.compile(optimizer, loss, weighted_metrics=metrics)
        return model


class PaddedDataset(keras.utils.PyDataset):  # type: ignore[misc]
    """Batches of dialogues in random order, padded to the longest, with bits as dense numbers."""

    def __init__(self, corpus: EncodedCorpus, batch: int, generator: np.random.Generator | None) -> None:
        super().__init__()
        self.corpus, self._batch, self._generator = corpus, batch, generator
        self._order = np.arange(len(corpus.lengths))
        self.on_epoch_end()

    def __len__(self) -> int:
        return math.ceil(len(self._order) / self._batch)

    def __getitem__(self, index: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        return self.batch(self._order[index * self._batch : (index + 1) * self._batch])

    def batch(self, dialogues: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return dense bits (B, T, F) and targets (B, T)."""
        batch = PaddedBatch.from_corpus(self.corpus, dialogues)
        return batch.dense(self.corpus), np.where(batch.targets == NO_ACTION, 0, batch.targets)

    def on_epoch_end(self) -> None:
        """Draw a new order."""
        if self._generator is not None:
            self._order = self._generator.permutation(self._order)


class _EpochClock(keras.callbacks.Callback):  # type: ignore[misc]
    """Times each epoch, without its validation."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds: list[float] = []
        self._started = self._ended = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:  # noqa: ARG002
        self._ended = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        self.seconds.append(self._ended - self._started)
