"""The weights and the data of a task, which all contenders share as files of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.task import BenchmarkTask
from turncast.features import EncodedCorpus
from turncast.features.batches.augmentation_tables import AugmentationTables
from turncast.features.batches.encoded_corpus import Ragged

Arrays = Mapping[str, NDArray[Any]]
_LEAST_WORDS = 3


def read_arrays(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file that `write_arrays` wrote."""
    with np.load(folder / f"{name}.npz") as file:
        return dict(file)


def write_arrays(folder: Path, name: str, arrays: Arrays) -> None:
    """Write arrays under their names."""
    np.savez(folder / f"{name}.npz", **arrays)


def weight_shapes(task: BenchmarkTask) -> dict[str, tuple[int, ...]]:
    """Return the shape of each weight, by turncast's name for it.

    >>> shapes = weight_shapes(BenchmarkTask("flat", "", features=3, units=2, actions=5))
    >>> shapes["hidden_0/kernel"], shapes["actions/kernel"]
    ((3, 8), (2, 5))
    """
    units, words = task.units, task.word_units
    shapes: dict[str, tuple[int, ...]] = {}
    inputs = task.features
    if task.has_bits:
        inputs = task.bit_units
        shapes |= {"bit_dense/kernel": (task.features, inputs), "bit_dense/bias": (inputs,)}
    if task.kind == "hierarchy":
        shapes |= {"embedding/embeddings": (task.vocabulary, words), **_lstm_shapes("words", words, words)}
        inputs = words
    return shapes | {
        **_lstm_shapes("hidden_0", inputs, units),
        "actions/kernel": (units, task.actions),
        "actions/bias": (task.actions,),
    }


def _lstm_shapes(name: str, inputs: int, units: int) -> dict[str, tuple[int, ...]]:
    return {
        f"{name}/kernel": (inputs, 4 * units),
        f"{name}/recurrent_kernel": (units, 4 * units),
        f"{name}/bias": (4 * units,),
    }


def random_weights(task: BenchmarkTask) -> dict[str, NDArray[np.float32]]:
    """Return random weights, about as large as those of a new network."""
    generator = np.random.default_rng(task.seed)
    return {
        name: generator.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in weight_shapes(task).items()
    }


def random_data(task: BenchmarkTask) -> dict[str, NDArray[Any]]:
    """Return random inputs of a synthetic task, and targets where it trains."""
    generator = np.random.default_rng(task.seed + 1)
    rows = task.batch * task.batches
    shape = (rows, task.turns)
    targets = {"targets": generator.integers(0, task.actions, shape, np.int32)}
    if task.kind == "flat":
        x = generator.normal(size=(*shape, task.features)).astype(np.float32)
        return {"features": x, **targets}
    if task.kind == "hierarchy":
        lengths = generator.integers(_LEAST_WORDS, task.words + 1, (*shape, 1))
        words = generator.integers(1, task.vocabulary, (*shape, task.words), np.int32)
        return {"tokens": np.where(np.arange(task.words) < lengths, words, 0), **targets}
    if task.kind == "bits":
        corpus = _random_corpus(task, random_bits(task, generator, rows * task.turns), targets["targets"])
        return {f"train/{name}": array for name, array in corpus_arrays(corpus).items()}
    return {"bits": random_bits(task, generator, rows).reshape(task.batches, task.batch, -1)}


def random_bits(task: BenchmarkTask, generator: np.random.Generator, rows: int) -> NDArray[np.int32]:
    """Return K different bits for each row, ascending: (rows, K)."""
    edges = np.linspace(0, task.features, min(task.set_bits, task.features) + 1).astype(np.int64)
    # One bit from each of K equal parts of the width: so they differ without drawing again.
    bits = generator.integers(edges[:-1], edges[1:], (rows, len(edges) - 1))
    return bits.astype(np.int32)


def _random_corpus(task: BenchmarkTask, bits: NDArray[np.int32], targets: NDArray[np.int32]) -> EncodedCorpus:
    rows, turns = targets.shape
    lengths = np.full(rows, turns, np.int64)
    return EncodedCorpus(
        lengths=lengths,
        bits=Ragged(bits.ravel(), np.arange(len(bits) + 1, dtype=np.int64) * bits.shape[1]),
        tokens=None,
        decisions=lengths,
        targets=Ragged(targets.ravel(), np.arange(targets.size + 1, dtype=np.int64)),
        horizon=1,
        masked=False,
        num_actions=task.actions,
        tables=AugmentationTables.identity(task.features),
    )


def corpus_arrays(corpus: EncodedCorpus) -> dict[str, NDArray[Any]]:
    """Return an encoded corpus, whose words are bits, as arrays."""
    return {
        "lengths": corpus.lengths,
        "bits": corpus.bits.values,
        "bit_offsets": corpus.bits.offsets,
        "answers": corpus.targets.values,
        "answer_offsets": corpus.targets.offsets,
        "sizes": np.array([corpus.num_features, corpus.num_actions]),
    }


def encoded_corpus(arrays: Arrays, part: str) -> EncodedCorpus:
    """Return the encoded corpus of a part, from the arrays of `corpus_arrays` under `part/`."""
    prefix = f"{part}/"
    named = {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}
    features, actions = map(int, named["sizes"])
    return EncodedCorpus(
        lengths=named["lengths"],
        bits=Ragged(named["bits"], named["bit_offsets"]),
        tokens=None,
        decisions=named["lengths"],
        targets=Ragged(named["answers"], named["answer_offsets"]),
        horizon=1,
        masked=False,
        num_actions=actions,
        tables=AugmentationTables.identity(features),
    )
