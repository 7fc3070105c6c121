"""Training with PyTorch at its best: batches of like length, fused Adam, all cores but one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.arrays import corpus_of, read_arrays
from turncast.bench.contenders.lessons import NO_ACTION, Lessons, first_batch, sorted_batches, turns_of
from turncast.bench.contenders.torch_network import TorchNetwork, use_threads
from turncast.bench.problem import Problem
from turncast.bench.round import Round, timed
from turncast.features import EncodedCorpus

_EPSILON = 1e-7
"""Adam's, as in Keras."""
Lesson = tuple[tuple[Any, ...], Any]
"""What the network is called with, and the targets (B, T)."""


class TorchTraining:
    """Trains on arrays (`flat`, `hierarchy`) or on dialogues of bits (`bits`, `corpus`)."""

    bags = False

    def __init__(self, problem: Problem, folder: Path) -> None:
        import torch

        self._torch = torch
        use_threads()
        torch.manual_seed(problem.seed)
        self._problem, self._weights = problem, read_arrays(folder, "weights")
        self._data = read_arrays(folder, "data")
        self._generator = np.random.default_rng(problem.seed)
        self._train: EncodedCorpus | None = None
        self._dev: EncodedCorpus | None = None
        if problem.has_bits:
            self._train = corpus_of(self._data, "train")
        if problem.kind == "corpus":
            self._dev = corpus_of(self._data, "dev")
        first = np.arange(problem.batch) if self._train is None else first_batch(self._train, problem)
        self._first = self._lesson(first, self._train)
        self._model, self._optimizer = self._fresh()

    def first(self) -> float:
        """Build, and learn from the first batch."""
        self._model, self._optimizer = self._fresh()
        return float(self._learn(self._first))

    def outputs(self) -> NDArray[np.float32]:
        """Return the logits of the first batch; of dialogues of unlike lengths, of their real turns."""
        arguments, _ = self._first
        model = TorchNetwork(self._problem, self._weights, self.bags)
        model.layers.eval()
        with self._torch.no_grad():
            logits = model(*arguments).numpy()
        if self._problem.kind == "corpus" and self._train is not None:
            real = Lessons.of(self._train, first_batch(self._train, self._problem)).real
            return np.asarray(logits[real])
        return np.asarray(logits)

    def losses(self) -> list[float]:
        """Return the losses of two more steps on the first batch."""
        return [] if self._problem.dropout else [float(self._learn(self._first)) for _ in range(2)]

    def round(self) -> Round:
        """Learn from every batch once; from a corpus, train anew."""
        if self._train is None:
            return timed(self._data["targets"].size, self._epoch)
        if self._problem.kind == "bits":
            return timed(turns_of(self._train), self._epoch)
        seconds: list[float] = []
        turns = turns_of(self._train)
        work = timed(turns * self._problem.epochs, lambda: self._whole(seconds))
        work.figures["later"] = turns / statistics.median(seconds[1:] or seconds)
        return work

    def _whole(self, seconds: list[float]) -> None:
        self._model, self._optimizer = self._fresh()
        for _ in range(self._problem.epochs):
            started = time.perf_counter()
            self._epoch()
            seconds.append(time.perf_counter() - started)
            self._judge()

    def _epoch(self) -> None:
        for dialogues in self._batches():
            self._learn(self._lesson(dialogues, self._train))

    def _judge(self) -> float:
        """Return the share of the dev part that is right."""
        assert self._dev is not None
        right = 0
        self._model.layers.eval()
        with self._torch.no_grad():
            for dialogues in sorted_batches(self._dev, self._problem.batch, self._generator):
                arguments, targets = self._lesson(dialogues, self._dev)
                right += int((self._model(*arguments).argmax(-1) == targets).sum())
        self._model.layers.train()
        return right / turns_of(self._dev)

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        if self._train is not None:
            yield from sorted_batches(self._train, self._problem.batch, self._generator)
            return
        order = self._generator.permutation(len(self._data["targets"]))
        for start in range(0, len(order), self._problem.batch):
            yield order[start : start + self._problem.batch]

    def _lesson(self, dialogues: NDArray[np.int64], corpus: EncodedCorpus | None) -> Lesson:
        if corpus is None:
            x = next(self._data[name] for name in ("features", "tokens") if name in self._data)
            targets = self._torch.from_numpy(self._data["targets"][dialogues].astype(np.int64))
            return (self._torch.from_numpy(x[dialogues]),), targets
        lessons = Lessons.of(corpus, dialogues)
        targets = self._torch.from_numpy(lessons.targets)
        if not self.bags:
            return (self._torch.from_numpy(lessons.dense(corpus)),), targets
        indices, offsets = lessons.indices(corpus), lessons.offsets(corpus)
        given = self._torch.from_numpy(indices.astype(np.int64)), self._torch.from_numpy(offsets)
        return (*given, lessons.real.shape), targets

    def _learn(self, lesson: Lesson) -> Any:
        arguments, targets = lesson
        self._optimizer.zero_grad(set_to_none=True)
        logits = self._model(*arguments)
        loss = self._torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), ignore_index=NO_ACTION
        )
        loss.backward()
        self._torch.nn.utils.clip_grad_norm_(self._learned, self._problem.clip_norm, foreach=True)
        # Keras's epsilon stands beside the moment as it is, torch's beside the corrected one.
        self._steps += 1
        for group in self._optimizer.param_groups:
            group["eps"] = _EPSILON / (1 - group["betas"][1] ** self._steps) ** 0.5
        self._optimizer.step()
        return loss.detach()

    def _fresh(self) -> tuple[Any, Any]:
        model = TorchNetwork(self._problem, self._weights, self.bags)
        self._learned = [weight for weight in model.layers.parameters() if weight.requires_grad]
        rate, self._steps = self._problem.learning_rate, 0
        return model, self._torch.optim.Adam(self._learned, rate, eps=_EPSILON, fused=True)


class TorchBags(TorchTraining):
    """The same with bits as bags of indices."""

    bags = True
