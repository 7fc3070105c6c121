"""A whole training of turncast: from dialogues to a policy."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.bench.arrays import corpus_of, read_arrays
from turncast.bench.contenders.lessons import Lessons, first_batch, turns_of
from turncast.bench.contenders.turncast_training import bits_model, network_config, train_config
from turncast.bench.problem import Problem
from turncast.bench.round import Round, timed
from turncast.features import Batches
from turncast.network import write_weights
from turncast.policy import Policy
from turncast.readers import read
from turncast.training import train
from turncast.training.step import make_optimizer, make_step


class TurncastCorpus:
    """Calls `turncast.train`, which reads, counts, encodes, compiles, learns and judges itself."""

    def __init__(self, problem: Problem, folder: Path) -> None:
        self._problem, self._weights = problem, read_arrays(folder, "weights")
        self._encoded = corpus_of(read_arrays(folder, "data"), "train")
        self._train, self._dev = read(folder / "train.jsonl").load(), read(folder / "dev.jsonl").load()

    def first(self) -> float:
        """Build, compile for one shape of batches, and learn from one batch."""
        config, model = train_config(self._problem), bits_model(self._problem)
        step = make_step(model, make_optimizer(config), config, multi=False)
        batches = Batches(self._encoded, config.batch_turns)
        return float(step(step.place(next(batches.in_order()))))

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the real turns of the first dialogues."""
        model = bits_model(self._problem)
        write_weights(model, self._weights)
        dialogues = first_batch(self._encoded, self._problem)
        lessons = Lessons.of(self._encoded, dialogues)
        width = int(self._encoded.bits.lengths.max())
        bits = np.full((*lessons.real.shape, width), self._problem.features, np.int32)
        bits[lessons.real] = self._encoded.bits.padded(lessons.turns, width, self._problem.features)
        return np.asarray(model.predict_on_batch({"bits": bits})[0])[lessons.real]

    def losses(self) -> list[float]:
        """Return none: dropout is part of it."""
        return []

    def round(self) -> Round:
        """Train a policy."""
        made: list[Policy] = []
        network, config = network_config(self._problem), train_config(self._problem)
        work = timed(
            turns_of(self._encoded) * self._problem.epochs,
            lambda: made.append(train(self._train, self._dev, network=network, config=config)),
        )
        later = [record["turns_per_second"] for record in made[0].card.metrics[1:]]
        work.figures["later"] = statistics.median(later) if later else work.rate
        return work
