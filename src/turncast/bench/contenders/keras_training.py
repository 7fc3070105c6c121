"""Training as it is done with Keras: `Masking`, `LSTM`, `TimeDistributed(Dense)`, `fit`."""

from __future__ import annotations

import math
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.backend import keras
from turncast.bench.arrays import corpus_of, read_arrays
from turncast.bench.contenders.keras_network import give_weights, keras_network
from turncast.bench.contenders.lessons import NO_ACTION, Lessons, first_batch, turns_of
from turncast.bench.problem import Problem
from turncast.bench.round import Round, timed
from turncast.features import EncodedCorpus


class KerasTraining:
    """Trains on arrays (`flat`, `hierarchy`), or on dialogues of bits in a `PyDataset` (`bits`, `corpus`)."""

    def __init__(self, problem: Problem, folder: Path) -> None:
        self._problem, self._weights = problem, read_arrays(folder, "weights")
        data = read_arrays(folder, "data")
        self._train: Any = None
        if problem.has_bits:
            corpus = corpus_of(data, "train")
            self._train = Padded(corpus, problem.batch, np.random.default_rng(problem.seed))
            self._x, self._y = self._train.batch(first_batch(corpus, problem))
        else:
            self._x, self._y = data.get("features", data.get("tokens")), data["targets"]
        self._dev: Any = None
        if problem.kind == "corpus":
            self._dev = Padded(corpus_of(data, "dev"), problem.batch, None)
        self._model: Any = None

    def first(self) -> float:
        """Build, compile, and learn from the first batch."""
        self._model = self._compiled()
        return self._first_loss()

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the first batch; of dialogues of unlike lengths, of their real turns."""
        model = give_weights(keras_network(self._problem), self._weights)
        logits = np.asarray(model.predict_on_batch(self._x[: self._problem.batch]))
        return logits[(self._x != 0).any(-1)] if self._problem.kind == "corpus" else logits

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch."""
        return [] if self._problem.dropout else [self._first_loss() for _ in range(2)]

    def round(self) -> Round:
        """Learn from every batch once; from a corpus, train anew."""
        if self._problem.kind == "corpus":
            return self._whole()
        if self._train is not None:
            turns = turns_of(self._train.corpus)
            return timed(turns, lambda: self._model.fit(self._train, verbose=0))
        options = {"batch_size": self._problem.batch, "shuffle": True, "verbose": 0}
        return timed(self._y.size, lambda: self._model.fit(self._x, self._y, **options))

    def _first_loss(self) -> float:
        size = self._problem.batch
        fitted = self._model.fit(self._x[:size], self._y[:size], batch_size=size, verbose=0)
        return float(fitted.history["loss"][0])

    def _whole(self) -> Round:
        keras.utils.clear_session()
        epochs, clock = self._problem.epochs, _Clock()

        def train() -> None:
            model = self._compiled()
            model.fit(self._train, validation_data=self._dev, epochs=epochs, callbacks=[clock], verbose=0)

        turns = turns_of(self._train.corpus)
        work = timed(turns * epochs, train)
        work.figures["later"] = turns / statistics.median(clock.seconds[1:] or clock.seconds)
        return work

    def _compiled(self) -> Any:
        model = give_weights(keras_network(self._problem), self._weights)
        # Padding is masked by `Masking`, and takes no part in the loss; its target only must be an action.
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        optimizer = keras.optimizers.Adam(
            self._problem.learning_rate, global_clipnorm=self._problem.clip_norm
        )
        metrics = ["accuracy"] if self._problem.kind == "corpus" else None
        model.compile(optimizer, loss, weighted_metrics=metrics)
        return model


class Padded(keras.utils.PyDataset):  # type: ignore[misc]
    """Dialogues in batches padded to their longest, the bits as dense numbers, in a random order."""

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
        lessons = Lessons.of(self.corpus, dialogues)
        return lessons.dense(self.corpus), np.where(lessons.targets == NO_ACTION, 0, lessons.targets)

    def on_epoch_end(self) -> None:
        """Draw another order."""
        if self._generator is not None:
            self._order = self._generator.permutation(self._order)


class _Clock(keras.callbacks.Callback):  # type: ignore[misc]
    """The seconds of each epoch, without its validation."""

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
