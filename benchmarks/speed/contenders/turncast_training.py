"""Training with turncast: its layers, its batches, its training step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.rounds import Round, time_work
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import encoded_corpus, read_arrays
from turncast.backend import keras, ops
from turncast.config import NetworkConfig, TrainConfig
from turncast.features import Batch, Batches
from turncast.layers import LSTM, TimeDistributed
from turncast.network import build_network, write_weights
from turncast.training.step import make_optimizer, make_step
from turncast.training.training_loop import prefetched


class TurncastTraining:
    """Trains on arrays (`flat`, `hierarchy`) or on an encoded corpus (`bits`)."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self._task, self._weights = task, read_arrays(folder, "weights")
        self._data = read_arrays(folder, "data")
        self._generator = np.random.default_rng(task.seed)
        self._batches: Batches | None = None
        if task.kind == "bits":
            corpus = encoded_corpus(self._data, "train")
            self._batches = Batches(corpus, task.batch * task.turns)
        self._first = self._batch(np.arange(task.batch))
        self._step: Any = None

    def first(self) -> float:
        """Build, compile, and train on the first batch."""
        model, config = self._model(), train_config(self._task)
        self._step = make_step(model, make_optimizer(config), config, multi=False)
        if self._batches is not None:
            self._step.prepare(self._batches, self._batches)
        return float(self._step(self._step.place(self._first)))

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the first batch."""
        logits, _ = self._model().predict_on_batch(self._first.inputs)
        return np.asarray(logits)

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch."""
        return [float(self._step(self._step.place(self._first))) for _ in range(2)]

    def round(self) -> Round:
        """Train one epoch in random order; the next batch is placed on the device during each step."""
        turns = self._task.batch * self._task.batches * self._task.turns
        return time_work(turns, self._epoch)

    def _epoch(self) -> None:
        step: Any = self._step
        loss: Any = None
        for placed in prefetched(step.place(batch) for batch in self._shuffled()):
            loss = step(placed)
        float(loss)  # waits until everything is computed
        step.finish()

    def _shuffled(self) -> Any:
        if self._batches is not None:
            return self._batches.shuffled(self._generator)
        order = self._generator.permutation(len(self._data["targets"]))
        size = self._task.batch
        return (self._batch(order[start : start + size]) for start in range(0, len(order), size))

    def _batch(self, rows: NDArray[np.int64]) -> Batch:
        if self._batches is not None:
            return next(self._batches.in_order())
        inputs: dict[str, Any] = {
            name: self._data[name][rows] for name in ("features", "tokens") if name in self._data
        }
        targets = self._data["targets"][rows]
        return Batch(inputs, targets[..., None], np.ones(targets.shape, np.float32), targets.size)

    def _model(self) -> Any:
        model = _MODELS[self._task.kind](self._task)
        write_weights(model, self._weights)
        return model


def train_config(task: BenchmarkTask) -> TrainConfig:
    """Return the training settings of a task."""
    return TrainConfig(
        learning_rate=task.learning_rate,
        clip_norm=task.clip_norm,
        word_dropout=0.0,
        scheduled_sampling=0.0,
        label_smoothing=0.0,
        batch_turns=task.batch * task.turns,
        epochs=task.epochs,
        epoch_batches=1,
        patience=task.epochs,
        seed=task.seed,
    )


def network_config(task: BenchmarkTask) -> NetworkConfig:
    """Return the network settings of a task whose turns are bits."""
    return NetworkConfig(units=task.units, bit_units=task.bit_units, dropout=task.dropout)


def bits_model(task: BenchmarkTask) -> Any:
    """Return turncast's network over bits."""
    return build_network(
        network_config(task),
        num_features=task.features,
        num_actions=task.actions,
        multi=False,
        seed=task.seed,
    )


def _flat_model(task: BenchmarkTask) -> Any:
    features = keras.Input((None, task.features), name="features")
    return _with_output(task, {"features": features}, features)


def _hierarchy_model(task: BenchmarkTask) -> Any:
    tokens = keras.Input((None, task.words), dtype="int32", name="tokens")
    embedded = keras.layers.Embedding(task.vocabulary, task.word_units, name="embedding")(tokens)
    word_lstm = TimeDistributed(LSTM(task.word_units), name="words")
    x = word_lstm(embedded, mask=ops.not_equal(tokens, 0))
    return _with_output(task, {"tokens": tokens}, x)


def _with_output(task: BenchmarkTask, inputs: dict[str, Any], x: Any) -> Any:
    x = LSTM(task.units, return_sequences=True, name="hidden_0")(x)
    logits = TimeDistributed(keras.layers.Dense(task.actions), name="actions")(x)
    return keras.Model(inputs, [logits, keras.layers.Activation("softmax")(logits)])


_MODELS = {"flat": _flat_model, "hierarchy": _hierarchy_model, "bits": bits_model}
