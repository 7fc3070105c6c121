"""Weights and data that all contenders of a contest share, as files of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.bench.problem import Problem
from turncast.features import EncodedCorpus
from turncast.features.batches.encoded_corpus import Ragged

Arrays = Mapping[str, NDArray[Any]]
_LEAST_WORDS = 3


def read_arrays(folder: Path, name: str) -> dict[str, NDArray[Any]]:
    """Return the arrays of a file that `write_arrays` wrote."""
    with np.load(folder / f"{name}.npz") as file:
        return dict(file)


def write_arrays(folder: Path, name: str, arrays: Arrays) -> None:
    """Write arrays under their names."""
    np.savez(folder / f"{name}.npz", **arrays)  # type: ignore[arg-type]  # the names are not arguments


def weight_shapes(problem: Problem) -> dict[str, tuple[int, ...]]:
    """Return the shape of each weight, under the name that our networks give it.

    >>> shapes = weight_shapes(Problem("flat", "", features=3, units=2, actions=5))
    >>> shapes["hidden_0/kernel"], shapes["actions/kernel"]
    ((3, 8), (2, 5))
    """
    units, words = problem.units, problem.word_units
    shapes: dict[str, tuple[int, ...]] = {}
    below = problem.features
    if problem.has_bits:
        below = problem.bit_units
        shapes |= {"bit_dense/kernel": (problem.features, below), "bit_dense/bias": (below,)}
    if problem.kind == "hierarchy":
        shapes |= {"embedding/embeddings": (problem.vocabulary, words), **_lstm("words", words, words)}
        below = words
    return shapes | {
        **_lstm("hidden_0", below, units),
        "actions/kernel": (units, problem.actions),
        "actions/bias": (problem.actions,),
    }


def _lstm(name: str, below: int, units: int) -> dict[str, tuple[int, ...]]:
    return {
        f"{name}/kernel": (below, 4 * units),
        f"{name}/recurrent_kernel": (units, 4 * units),
        f"{name}/bias": (4 * units,),
    }


def random_weights(problem: Problem) -> dict[str, NDArray[np.float32]]:
    """Return weights of about the size that a network begins with."""
    generator = np.random.default_rng(problem.seed)
    return {
        name: generator.normal(0, 0.1, shape).astype(np.float32)
        for name, shape in weight_shapes(problem).items()
    }


def random_data(problem: Problem) -> dict[str, NDArray[Any]]:
    """Return what a made-up problem is about: the inputs, and where it is trained the targets."""
    generator = np.random.default_rng(problem.seed + 1)
    rows = problem.batch * problem.batches
    shape = (rows, problem.turns)
    targets = {"targets": generator.integers(0, problem.actions, shape, np.int32)}
    if problem.kind == "flat":
        x = generator.normal(size=(*shape, problem.features)).astype(np.float32)
        return {"features": x, **targets}
    if problem.kind == "hierarchy":
        lengths = generator.integers(_LEAST_WORDS, problem.words + 1, (*shape, 1))
        words = generator.integers(1, problem.vocabulary, (*shape, problem.words), np.int32)
        return {"tokens": np.where(np.arange(problem.words) < lengths, words, 0), **targets}
    if problem.kind == "bits":
        corpus = _encoded(problem, some_bits(problem, generator, rows * problem.turns), targets["targets"])
        return {f"train/{name}": array for name, array in corpus_arrays(corpus).items()}
    return {"bits": some_bits(problem, generator, rows).reshape(problem.batches, problem.batch, -1)}


def some_bits(problem: Problem, generator: np.random.Generator, rows: int) -> NDArray[np.int32]:
    """Return for each row so many different bits, ascending: (rows, K)."""
    edges = np.linspace(0, problem.features, min(problem.set_bits, problem.features) + 1).astype(np.int64)
    # One bit of each part of the width: different ones, without drawing again.
    drawn = generator.integers(edges[:-1], edges[1:], (rows, len(edges) - 1))
    return drawn.astype(np.int32)


def _encoded(problem: Problem, bits: NDArray[np.int32], targets: NDArray[np.int32]) -> EncodedCorpus:
    rows, turns = targets.shape
    lengths = np.full(rows, turns, np.int64)
    return EncodedCorpus(
        lengths=lengths,
        bits=Ragged(bits.ravel(), np.arange(len(bits) + 1, dtype=np.int64) * bits.shape[1]),
        tokens=None,
        rows=lengths,
        answers=Ragged(targets.ravel(), np.arange(targets.size + 1, dtype=np.int64)),
        a_row=1,
        masked=False,
        num_actions=problem.actions,
        without_words=np.arange(problem.features + 1, dtype=np.int32),
    )


def corpus_arrays(corpus: EncodedCorpus) -> dict[str, NDArray[Any]]:
    """Return an encoded corpus, whose words are bits, as arrays."""
    return {
        "lengths": corpus.lengths,
        "bits": corpus.bits.values,
        "bit_offsets": corpus.bits.offsets,
        "answers": corpus.answers.values,
        "answer_offsets": corpus.answers.offsets,
        "sizes": np.array([corpus.num_features, corpus.num_actions]),
    }


def corpus_of(arrays: Arrays, part: str) -> EncodedCorpus:
    """Return the encoded corpus that `corpus_arrays` told of."""
    found = {name.removeprefix(f"{part}/"): array for name, array in arrays.items() if name.startswith(part)}
    features, actions = map(int, found["sizes"])
    return EncodedCorpus(
        lengths=found["lengths"],
        bits=Ragged(found["bits"], found["bit_offsets"]),
        tokens=None,
        rows=found["lengths"],
        answers=Ragged(found["answers"], found["answer_offsets"]),
        a_row=1,
        masked=False,
        num_actions=actions,
        without_words=np.arange(features + 1, dtype=np.int32),
    )
