"""Measure text vectors: the accuracy that they add, the information that their bits lose, and their cost.

By default the vectors are made here, from simulated bookings that are used for nothing else: words of the
same texts get similar vectors (positive pointwise mutual information, then a singular value decomposition).
They are written as a model2vec folder. Vectors made from more text add more; loss and cost are about the
same. --vectors FOLDER measures other vectors; --train, --dev and --test give other dialogues.
"""

from __future__ import annotations

import itertools
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from benchmarks.command import add_epochs_option, parser_for
from benchmarks.results_page import conditions, replace_section
from turncast import Corpus, EncoderConfig, Policy, TrainConfig, Turn, evaluate, read, simulate, train
from turncast.features.blocks.user_vectors import UserVectors
from turncast.features.text.vectors import ProductQuantiser, Vectors, open_vectors
from turncast.features.text.words import words
from turncast.policy import PolicyState

HEADING = "## Vectors of texts"
WIDTH, VECTOR_DIALOGUES, TEST_DIALOGUES = 64, 2_000, 500
SHAPES = ((4, 16), (8, 16), (8, 32), (16, 32), (16, 64), (32, 64))
SIZES, SEEDS = (10, 20, 50), (1, 2, 3)
RIDGE, REPEATS = 1.0, 1_000
METHOD = (
    "The explained variance and the probe are measured on texts that were not learned from. The probe is a "
    "ridge regression from the user's text alone to the actions that answered it. Turn accuracies are "
    "means of 3 seeds, with least and most."
)


def write_vectors(folder: Path, corpus: Corpus) -> Path:
    """Write a folder of static vectors, learned from the words that occur in the same texts."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    texts = sorted({turn.user for dialogue in corpus for turn in dialogue if turn.user})
    counts = Counter(word for text in texts for word in set(words(text)))
    known = {word: number for number, word in enumerate(["[UNK]", *sorted(counts)])}
    together = np.zeros((len(known), len(known)))
    for text in texts:
        for first, second in itertools.permutations({known[word] for word in words(text)}, 2):
            together[first, second] += 1
    alone = together.sum(1, keepdims=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        shared = np.nan_to_num(np.maximum(np.log(together * together.sum() / (alone * alone.T)), 0))
    left, sizes, _ = np.linalg.svd(shared)
    embeddings = (left[:, :WIDTH] * np.sqrt(sizes[:WIDTH])).astype(np.float32)
    safetensors.numpy.save_file({"embeddings": embeddings}, folder / "model.safetensors")
    tokenizer = Tokenizer(models.WordLevel(known, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text(json.dumps({"normalize": True}))
    return folder


def user_vectors(vectors: Vectors, corpus: Corpus) -> tuple[NDArray[np.float32], list[tuple[str, ...]]]:
    """Return the vector of each user text, (N, D), and the actions that answered it."""
    turns = [turn for dialogue in corpus for turn in dialogue if turn.user]
    pairs = [(vectors.vector(turn.user or ""), turn.actions) for turn in turns]
    known = [(vector, actions) for vector, actions in pairs if vector is not None]
    return np.stack([vector for vector, _ in known]), [actions for _, actions in known]


def probe(
    inputs: NDArray[np.float32], actions: list[tuple[str, ...]], others: NDArray[np.float32]
) -> list[tuple[str, ...]]:
    """Return the actions that a ridge regression, fitted to inputs and actions, predicts for other inputs."""
    names = sorted(set(actions))
    targets = np.array([[answer == name for name in names] for answer in actions], np.float32)
    with_one, others_with_one = (
        np.pad(rows, [(0, 0), (0, 1)], constant_values=1) for rows in (inputs, others)
    )
    squares = with_one.T @ with_one + RIDGE * np.eye(with_one.shape[1])
    weights = np.linalg.solve(squares, with_one.T @ targets)
    return [names[best] for best in (others_with_one @ weights).argmax(1)]


def as_bits(quantiser: ProductQuantiser, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    codes = np.stack([quantiser.codes(vector) for vector in vectors])
    return (
        (codes[:, :, None] == np.arange(quantiser.num_centroids)).reshape(len(codes), -1).astype(np.float32)
    )


def information_rows(vectors: Vectors, train_part: Corpus, test_part: Corpus) -> Iterator[str]:
    """Yield a row for the vectors, and one for each shape of their bits."""
    (inputs, actions), (others, true) = user_vectors(vectors, train_part), user_vectors(vectors, test_part)

    def probe_accuracy(inputs: NDArray[np.float32], others: NDArray[np.float32]) -> str:
        answers = probe(inputs, actions, others)
        return f"{np.mean([one == other for one, other in zip(answers, true, strict=True)]):.3f}"

    yield f"| the vectors themselves | {inputs.shape[1]} numbers | 1.000 | {probe_accuracy(inputs, others)} |"
    variance = ((others - others.mean(0)) ** 2).sum()
    distinct = np.unique(inputs, axis=0)
    for parts, each in SHAPES:
        if parts > inputs.shape[1]:
            continue
        quantiser = ProductQuantiser.learn(distinct, parts, each, seed=1)
        decoded = np.stack([quantiser.vector(quantiser.codes(vector)) for vector in others])
        explained = 1 - ((others - decoded) ** 2).sum() / variance
        accuracy = probe_accuracy(as_bits(quantiser, inputs), as_bits(quantiser, others))
        size = parts * quantiser.num_centroids
        yield f"| {parts} parts, {each} of each | {size} bits | {explained:.3f} | {accuracy} |"


def accuracy_rows(
    folder: str, train_part: Corpus, dev: Corpus, test_part: Corpus, settings: Mapping[str, Any]
) -> Iterator[str]:
    """Yield a row for each number of dialogues: mean turn accuracy without and with vectors."""
    for size in SIZES:
        some = Corpus(train_part.name, list(train_part)[:size])
        means = []
        for encoder in (EncoderConfig(), EncoderConfig(vectors=folder)):
            configs = [TrainConfig(seed=seed, **settings) for seed in SEEDS]
            policies = [train(some, dev, config=config, encoder=encoder) for config in configs]
            accuracies = [evaluate(policy, test_part).turn_accuracy for policy in policies]
            means.append(
                f"{statistics.mean(accuracies):.3f} ({min(accuracies):.3f} to {max(accuracies):.3f})"
            )
        yield f"| {size} | {' | '.join(means)} |"


def cost_rows(folder: str, train_part: Corpus, test_part: Corpus) -> Iterator[str]:
    """Yield the median microseconds of `Policy.step` in three conditions, from alternating calls."""
    one_epoch = TrainConfig(epochs=1)
    without = train(train_part, config=one_epoch)
    with_vectors = train(train_part, config=one_epoch, encoder=EncoderConfig(vectors=folder))
    forget = next(
        b for b in with_vectors.encoder.blocks if isinstance(b, UserVectors)
    ).vectors.vector.cache_clear
    times: dict[str, list[float]] = {
        "without vectors": [],
        "with vectors, a text seen before": [],
        "a new text": [],
    }
    turns = [turn for dialogue in test_part for turn in dialogue if turn.user][:REPEATS]
    state, other = without.start(), with_vectors.start()
    for turn in turns:
        with_vectors.step(other, turn)
        times["without vectors"].append(microseconds(without, state, turn))
        times["with vectors, a text seen before"].append(microseconds(with_vectors, other, turn))
        forget()
        times["a new text"].append(microseconds(with_vectors, other, turn))
    for name, figures in times.items():
        yield f"| {name} | {statistics.median(figures):.1f} |"


def microseconds(policy: Policy, state: PolicyState, turn: Turn) -> float:
    started = time.perf_counter_ns()
    policy.step(state, turn)
    return (time.perf_counter_ns() - started) / 1e3


def measure(
    folder: str, train_part: Corpus, dev: Corpus, test_part: Corpus, settings: Mapping[str, Any]
) -> str:
    """Return the three tables."""
    bits = "| a text is | its size | explained variance | probe |\n|---|---|---:|---:|"
    accuracy = "| dialogues | without vectors | with vectors |\n|---:|---:|---:|"
    cost = "| a step | us |\n|---|---:|"
    return "\n\n".join(
        "\n".join([head, *rows])
        for head, rows in (
            (bits, information_rows(open_vectors(folder), train_part, test_part)),
            (accuracy, accuracy_rows(folder, train_part, dev, test_part, settings)),
            (cost, cost_rows(folder, train_part, test_part)),
        )
    )


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("--write", action="store_true", help="replace the section of the results page")
    parser.add_argument("--vectors", help="a folder of other vectors")
    for part in ("train", "dev", "test"):
        parser.add_argument(f"--{part}", help=f"the {part} part; simulated by default")
    add_epochs_option(parser)
    options = parser.parse_args(arguments)
    settings = {"epochs": options.epochs} if options.epochs else {}
    parts = [
        read(path) if path else simulate(dialogues=TEST_DIALOGUES, seed=seed)
        for seed, path in enumerate((options.train, options.dev, options.test), start=4)
    ]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.vectors or str(
            write_vectors(Path(temporary), simulate(dialogues=VECTOR_DIALOGUES, seed=9))
        )
        tables = measure(folder, *parts, settings)
    measured = conditions("numpy", "keras", "jax", "tokenizers")
    section = f"{HEADING}\n\n`python -m benchmarks {name} --write`\n\n{measured} {METHOD}\n\n{tables}\n"
    if options.write:
        replace_section(HEADING, section)
    print(section)
    return 0
