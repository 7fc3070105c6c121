"""Measure what vectors bring, lose and cost: `python benchmarks/vectors.py [--write]`.

The vectors are made here: words that come in the same texts, of simulated bookings that nothing else is
measured on, have like vectors (positive pointwise mutual information, then a singular value decomposition).
They are written as a folder of model2vec. Vectors made from more text bring more; what their bits lose, and
what they cost, is of the same kind. `--vectors FOLDER` measures others, `--train`, `--dev` and `--test` other
dialogues.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from page import circumstances, replace_section
from turncast import Corpus, EncoderConfig, Policy, TrainConfig, Turn, evaluate, read, simulate, train
from turncast.features.blocks.user_vectors import UserVectors
from turncast.features.text.vectors import ProductQuantiser, Vectors, open_vectors
from turncast.features.text.words import words
from turncast.policy import PolicyState

HEADING = "## Vectors of texts"
WIDTH, MADE_FROM, TESTED = 64, 2_000, 500
SHAPES = ((4, 16), (8, 16), (8, 32), (16, 32), (16, 64), (32, 64))
SIZES, SEEDS = (10, 20, 50), (1, 2, 3)
RIDGE, REPEATS = 1.0, 1_000
EXPLAINED = (
    "The variance kept and the probe are of texts that were not learned from. The probe is ridge regression, "
    "from what a user said alone to the actions that answered it. Turn accuracies are means of 3 seeds, with "
    "least and most."
)


def made_vectors(folder: Path, corpus: Corpus) -> Path:
    """Write a folder of static vectors, learned from which words come in the same texts."""
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


def heard(vectors: Vectors, corpus: Corpus) -> tuple[NDArray[np.float32], list[tuple[str, ...]]]:
    """Return the vector of each text of a user, (N, D), and the actions that answered it."""
    turns = [turn for dialogue in corpus for turn in dialogue if turn.user]
    found = [(vectors.vector(turn.user or ""), turn.actions) for turn in turns]
    known = [(vector, actions) for vector, actions in found if vector is not None]
    return np.stack([vector for vector, _ in known]), [actions for _, actions in known]


def probe(
    inputs: NDArray[np.float32], actions: list[tuple[str, ...]], others: NDArray[np.float32]
) -> list[tuple[str, ...]]:
    """Return what a ridge regression, learned from inputs and their actions, answers to other inputs."""
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
    return (codes[:, :, None] == np.arange(quantiser.each)).reshape(len(codes), -1).astype(np.float32)


def lost(vectors: Vectors, learned: Corpus, tested: Corpus) -> Iterator[str]:
    """Yield a row for the vectors, and for each shape of their bits."""
    (inputs, actions), (others, true) = heard(vectors, learned), heard(vectors, tested)

    def right(seen: NDArray[np.float32], asked: NDArray[np.float32]) -> str:
        answers = probe(seen, actions, asked)
        return f"{np.mean([one == other for one, other in zip(answers, true, strict=True)]):.3f}"

    yield f"| the vectors themselves | {inputs.shape[1]} numbers | 1.000 | {right(inputs, others)} |"
    spread = ((others - others.mean(0)) ** 2).sum()
    distinct = np.unique(inputs, axis=0)
    for parts, each in SHAPES:
        if parts > inputs.shape[1]:
            continue
        quantiser = ProductQuantiser.learn(distinct, parts, each, seed=1)
        left = np.stack([quantiser.vector(quantiser.codes(vector)) for vector in others])
        kept = 1 - ((others - left) ** 2).sum() / spread
        answered = right(as_bits(quantiser, inputs), as_bits(quantiser, others))
        yield f"| {parts} parts, {each} of each | {parts * quantiser.each} bits | {kept:.3f} | {answered} |"


def brought(folder: str, learned: Corpus, dev: Corpus, tested: Corpus) -> Iterator[str]:
    """Yield a row for each number of dialogues: turn accuracy without and with vectors, means over seeds."""
    for size in SIZES:
        some = Corpus(learned.name, list(learned)[:size])
        means = []
        for encoder in (EncoderConfig(), EncoderConfig(vectors=folder)):
            policies = [train(some, dev, config=TrainConfig(seed=seed), encoder=encoder) for seed in SEEDS]
            found = [evaluate(policy, tested).turn_accuracy for policy in policies]
            means.append(f"{statistics.mean(found):.3f} ({min(found):.3f} to {max(found):.3f})")
        yield f"| {size} | {' | '.join(means)} |"


def costs(folder: str, learned: Corpus, tested: Corpus) -> Iterator[str]:
    """Yield a row for each: median microseconds of `Policy.step`, in turns."""
    quick = TrainConfig(epochs=1)
    without = train(learned, config=quick)
    beside = train(learned, config=quick, encoder=EncoderConfig(vectors=folder))
    forget = next(b for b in beside.encoder.blocks if isinstance(b, UserVectors)).vectors.vector.cache_clear
    taken: dict[str, list[float]] = {
        "without vectors": [],
        "with vectors, a text seen before": [],
        "a new text": [],
    }
    turns = [turn for dialogue in tested for turn in dialogue if turn.user][:REPEATS]
    state, other = without.start(), beside.start()
    for turn in turns:
        beside.step(other, turn)
        taken["without vectors"].append(timed(without, state, turn))
        taken["with vectors, a text seen before"].append(timed(beside, other, turn))
        forget()
        taken["a new text"].append(timed(beside, other, turn))
    for name, figures in taken.items():
        yield f"| {name} | {statistics.median(figures):.1f} |"


def timed(policy: Policy, state: PolicyState, turn: Turn) -> float:
    started = time.perf_counter_ns()
    policy.step(state, turn)
    return (time.perf_counter_ns() - started) / 1e3


def measure(folder: str, learned: Corpus, dev: Corpus, tested: Corpus) -> str:
    bits = "| a text is | its size | variance kept | probe |\n|---|---|---:|---:|"
    accuracy = "| dialogues | without vectors | with vectors |\n|---:|---:|---:|"
    cost = "| a step | us |\n|---|---:|"
    return "\n\n".join(
        "\n".join([head, *rows])
        for head, rows in (
            (bits, lost(open_vectors(folder), learned, tested)),
            (accuracy, brought(folder, learned, dev, tested)),
            (cost, costs(folder, learned, tested)),
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures on the results page")
    parser.add_argument("--vectors", help="a folder of other vectors than those made here")
    for part in ("train", "dev", "test"):
        parser.add_argument(f"--{part}", help="a corpus of other dialogues than simulated ones")
    given = parser.parse_args()
    parts = [
        read(path) if path else simulate(dialogues=TESTED, seed=seed)
        for seed, path in enumerate((given.train, given.dev, given.test), start=4)
    ]
    with tempfile.TemporaryDirectory() as place:
        folder = given.vectors or str(made_vectors(Path(place), simulate(dialogues=MADE_FROM, seed=9)))
        found = measure(folder, *parts)
    said = circumstances("numpy", "keras", "jax", "tokenizers")
    section = f"{HEADING}\n\n`python benchmarks/vectors.py --write`\n\n{said} {EXPLAINED}\n\n{found}\n"
    if given.write:
        replace_section(HEADING, section)
    print(section)


if __name__ == "__main__":
    main()
