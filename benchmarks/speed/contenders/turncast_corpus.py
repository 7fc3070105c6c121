"""A whole training with turncast: from dialogues to a policy."""

from __future__ import annotations

import statistics
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.padded_batch import PaddedBatch, first_batch, num_turns
from benchmarks.speed.contenders.turncast_training import bits_model, network_config, train_config
from benchmarks.speed.rounds import Round, time_work
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import encoded_corpus, read_arrays
from turncast.features import Batches
from turncast.network import write_weights
from turncast.policy import Policy
from turncast.readers import read
from turncast.training import train
from turncast.training.step import make_optimizer, make_step


class TurncastCorpus:
    """Calls `turncast.train`, which also counts, encodes, compiles and evaluates the dev part."""

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self._task, self._weights = task, read_arrays(folder, "weights")
        self._encoded = encoded_corpus(read_arrays(folder, "data"), "train")
        self._train, self._dev = read(folder / "train.jsonl").load(), read(folder / "dev.jsonl").load()

    def first(self) -> float:
        """Build, compile for one shape of batches, and train on one batch."""
        config, model = train_config(self._task), bits_model(self._task)
        step = make_step(model, make_optimizer(config), config, multi=False)
        batches = Batches(self._encoded, config.batch_turns)
        return float(step(step.place(next(batches.in_order()))))

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the real turns of the first dialogues."""
        model = bits_model(self._task)
        write_weights(model, self._weights)
        dialogues = first_batch(self._encoded, self._task)
        padded = PaddedBatch.from_corpus(self._encoded, dialogues)
        width = int(self._encoded.bits.lengths.max())
        bits = np.full((*padded.real.shape, width), self._task.features, np.int32)
        bits[padded.real] = self._encoded.bits.padded(padded.turns, width, self._task.features)
        return np.asarray(model.predict_on_batch({"bits": bits})[0])[padded.real]

    def losses(self) -> list[float]:
        """Return an empty list: with dropout losses are random."""
        return []

    def round(self) -> Round:
        """Train a new policy for all epochs."""
        policies: list[Policy] = []
        network, config = network_config(self._task), train_config(self._task)
        result = time_work(
            num_turns(self._encoded) * self._task.epochs,
            lambda: policies.append(train(self._train, self._dev, network=network, config=config)),
        )
        later = [record["turns_per_second"] for record in policies[0].card.metrics[1:]]
        result.figures["later"] = statistics.median(later) if later else result.rate
        return result
