"""Training as turncast does it: its layers, its batches, its step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.backend import keras, ops
from turncast.bench.arrays import corpus_of, read_arrays
from turncast.bench.problem import Problem
from turncast.bench.round import Round, timed
from turncast.config import NetworkConfig, TrainConfig
from turncast.features import Batch, Batches
from turncast.layers import LSTM, TimeDistributed
from turncast.network import build_network, write_weights
from turncast.training.prefetch import ahead
from turncast.training.step import make_optimizer, make_step


class TurncastTraining:
    """Trains on arrays (`flat`, `hierarchy`) or on an encoded corpus (`bits`)."""

    def __init__(self, problem: Problem, folder: Path) -> None:
        self._problem, self._weights = problem, read_arrays(folder, "weights")
        self._data = read_arrays(folder, "data")
        self._generator = np.random.default_rng(problem.seed)
        self._batches: Batches | None = None
        if problem.kind == "bits":
            corpus = corpus_of(self._data, "train")
            self._batches = Batches(corpus, problem.batch * problem.turns)
        self._first = self._batch(np.arange(problem.batch))
        self._step: Any = None

    def first(self) -> float:
        """Build, compile, and learn from the first batch."""
        model, config = self._model(), train_config(self._problem)
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
        """Learn from every batch once, in a random order; the next is placed while one is learned from."""
        turns = self._problem.batch * self._problem.batches * self._problem.turns
        return timed(turns, self._epoch)

    def _epoch(self) -> None:
        step: Any = self._step
        loss: Any = None
        for placed in ahead(step.place(batch) for batch in self._shuffled()):
            loss = step(placed)
        float(loss)  # what is not computed yet, is now
        step.finish()

    def _shuffled(self) -> Any:
        if self._batches is not None:
            return self._batches.shuffled(self._generator)
        order = self._generator.permutation(len(self._data["targets"]))
        size = self._problem.batch
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
        model = _MODELS[self._problem.kind](self._problem)
        write_weights(model, self._weights)
        return model


def train_config(problem: Problem) -> TrainConfig:
    """Return the settings that a problem asks for."""
    return TrainConfig(
        learning_rate=problem.learning_rate,
        clip_norm=problem.clip_norm,
        word_dropout=0.0,
        scheduled_sampling=0.0,
        label_smoothing=0.0,
        batch_turns=problem.batch * problem.turns,
        epochs=problem.epochs,
        epoch_batches=1,
        patience=problem.epochs,
        seed=problem.seed,
    )


def network_config(problem: Problem) -> NetworkConfig:
    """Return the network of a problem whose turns are bits."""
    return NetworkConfig(units=problem.units, bit_units=problem.bit_units, dropout=problem.dropout)


def bits_model(problem: Problem) -> Any:
    """Return the real recipe's network."""
    return build_network(
        network_config(problem),
        num_features=problem.features,
        num_actions=problem.actions,
        multi=False,
        seed=problem.seed,
    )


def _flat(problem: Problem) -> Any:
    features = keras.Input((None, problem.features), name="features")
    return _answering(problem, {"features": features}, features)


def _hierarchy(problem: Problem) -> Any:
    tokens = keras.Input((None, problem.words), dtype="int32", name="tokens")
    embedded = keras.layers.Embedding(problem.vocabulary, problem.word_units, name="embedding")(tokens)
    reader = TimeDistributed(LSTM(problem.word_units), name="words")
    x = reader(embedded, mask=ops.not_equal(tokens, 0))
    return _answering(problem, {"tokens": tokens}, x)


def _answering(problem: Problem, inputs: dict[str, Any], x: Any) -> Any:
    x = LSTM(problem.units, return_sequences=True, name="hidden_0")(x)
    logits = TimeDistributed(keras.layers.Dense(problem.actions), name="actions")(x)
    return keras.Model(inputs, [logits, keras.layers.Activation("softmax")(logits)])


_MODELS = {"flat": _flat, "hierarchy": _hierarchy, "bits": bits_model}
