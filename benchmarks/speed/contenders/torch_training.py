"""Training with PyTorch at its best: batches of similar length, fused Adam, all cores but one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.contenders.padded_batch import (
    NO_ACTION,
    PaddedBatch,
    batches_by_length,
    first_batch,
    num_turns,
)
from benchmarks.speed.contenders.torch_network import TorchNetwork, use_threads
from benchmarks.speed.rounds import Round, time_work
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import encoded_corpus, read_arrays
from turncast.features import EncodedCorpus

_EPSILON = 1e-7
"""Adam's epsilon, as in Keras."""
TorchBatch = tuple[tuple[Any, ...], Any]
"""The arguments of the network, and the targets (B, T)."""


class TorchTraining:
    """Trains on arrays (`flat`, `hierarchy`) or on dialogues of bits (`bits`, `corpus`)."""

    bags = False

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        import torch

        self._torch = torch
        use_threads()
        torch.manual_seed(task.seed)
        self._task, self._weights = task, read_arrays(folder, "weights")
        self._data = read_arrays(folder, "data")
        self._generator = np.random.default_rng(task.seed)
        self._train: EncodedCorpus | None = None
        self._dev: EncodedCorpus | None = None
        if task.has_bits:
            self._train = encoded_corpus(self._data, "train")
        if task.kind == "corpus":
            self._dev = encoded_corpus(self._data, "dev")
        first = np.arange(task.batch) if self._train is None else first_batch(self._train, task)
        self._first = self._batch(first, self._train)
        self._model, self._optimizer = self._new_model()

    def first(self) -> float:
        """Build, and train on the first batch."""
        self._model, self._optimizer = self._new_model()
        return float(self._train_step(self._first))

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the first batch; of a corpus, those of real turns only."""
        arguments, _ = self._first
        model = TorchNetwork(self._task, self._weights, self.bags)
        model.layers.eval()
        with self._torch.no_grad():
            logits = model(*arguments).numpy()
        if self._task.kind == "corpus" and self._train is not None:
            real = PaddedBatch.from_corpus(self._train, first_batch(self._train, self._task)).real
            return np.asarray(logits[real])
        return np.asarray(logits)

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch, or none with dropout."""
        return [] if self._task.dropout else [float(self._train_step(self._first)) for _ in range(2)]

    def round(self) -> Round:
        """Train one epoch; on a corpus, train a new network for all epochs."""
        if self._train is None:
            return time_work(self._data["targets"].size, self._epoch)
        if self._task.kind == "bits":
            return time_work(num_turns(self._train), self._epoch)
        seconds: list[float] = []
        turns = num_turns(self._train)
        result = time_work(turns * self._task.epochs, lambda: self._whole_training(seconds))
        result.figures["later"] = turns / statistics.median(seconds[1:] or seconds)
        return result

    def _whole_training(self, seconds: list[float]) -> None:
        self._model, self._optimizer = self._new_model()
        for _ in range(self._task.epochs):
            started = time.perf_counter()
            self._epoch()
            seconds.append(time.perf_counter() - started)
            self._dev_accuracy()

    def _epoch(self) -> None:
        for dialogues in self._batches():
            self._train_step(self._batch(dialogues, self._train))

    def _dev_accuracy(self) -> float:
        """Return the share of right turns of the dev part."""
        assert self._dev is not None
        right = 0
        self._model.layers.eval()
        with self._torch.no_grad():
            for dialogues in batches_by_length(self._dev, self._task.batch, self._generator):
                arguments, targets = self._batch(dialogues, self._dev)
                right += int((self._model(*arguments).argmax(-1) == targets).sum())
        self._model.layers.train()
        return right / num_turns(self._dev)

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        if self._train is not None:
            yield from batches_by_length(self._train, self._task.batch, self._generator)
            return
        order = self._generator.permutation(len(self._data["targets"]))
        for start in range(0, len(order), self._task.batch):
            yield order[start : start + self._task.batch]

    def _batch(self, dialogues: NDArray[np.int64], corpus: EncodedCorpus | None) -> TorchBatch:
        if corpus is None:
            x = next(self._data[name] for name in ("features", "tokens") if name in self._data)
            targets = self._torch.from_numpy(self._data["targets"][dialogues].astype(np.int64))
            return (self._torch.from_numpy(x[dialogues]),), targets
        padded = PaddedBatch.from_corpus(corpus, dialogues)
        targets = self._torch.from_numpy(padded.targets)
        if not self.bags:
            return (self._torch.from_numpy(padded.dense(corpus)),), targets
        indices, offsets = padded.indices(corpus), padded.offsets(corpus)
        bags = self._torch.from_numpy(indices.astype(np.int64)), self._torch.from_numpy(offsets)
        return (*bags, padded.real.shape), targets

    def _train_step(self, batch: TorchBatch) -> Any:
        arguments, targets = batch
        self._optimizer.zero_grad(set_to_none=True)
        logits = self._model(*arguments)
        loss = self._torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=NO_ACTION
        )
        loss.backward()
        self._torch.nn.utils.clip_grad_norm_(self._trained_weights, self._task.clip_norm, foreach=True)
        # Keras adds epsilon to the raw second moment, PyTorch to the bias-corrected one.
        self._steps += 1
        for group in self._optimizer.param_groups:
            group["eps"] = _EPSILON / (1 - group["betas"][1] ** self._steps) ** 0.5
        self._optimizer.step()
        return loss.detach()

    def _new_model(self) -> tuple[Any, Any]:
        model = TorchNetwork(self._task, self._weights, self.bags)
        self._trained_weights = [weight for weight in model.layers.parameters() if weight.requires_grad]
        rate, self._steps = self._task.learning_rate, 0
        return model, self._torch.optim.Adam(self._trained_weights, rate, eps=_EPSILON, fused=True)


class TorchBags(TorchTraining):
    """The same with bits as bags of indices (`EmbeddingBag`)."""

    bags = True
