"""A contest's folder: the problem, the weights, the data, and where there is one the model."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from turncast.bench.arrays import corpus_arrays, random_data, random_weights, write_arrays
from turncast.bench.contenders.live import DIALOGUES, MODEL
from turncast.bench.problem import Problem
from turncast.config import NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.features import Batches, CorpusStatistics, encode
from turncast.policy import Policy
from turncast.readers import to_json
from turncast.runtime.weights import apply_temperature
from turncast.training import split_dev


def lay_out(problem: Problem, folder: Path) -> float:
    """Write a made-up problem; return how many real words its turns have on average."""
    data = random_data(problem)
    problem.write(folder)
    write_arrays(folder, "weights", random_weights(problem))
    write_arrays(folder, "data", data)
    return float(np.mean(np.sum(data["tokens"] != 0, -1))) if "tokens" in data else 0.0


def lay_out_corpus(corpus: Corpus, epochs: int, folder: Path) -> Problem:
    """Write the training on a corpus with the default settings; return the problem.

    All have about as many batches an epoch as we do, and so as many turns in each.

    Raises:
        ConfigError: for a corpus whose turns take several actions.
    """
    network, config = NetworkConfig(), TrainConfig()
    train, dev = split_dev(corpus, config.dev_share, config.seed)
    statistics = CorpusStatistics.from_corpus(train, network)
    space, encoder = statistics.action_space(), statistics.encoder()
    if space.multi:
        raise ConfigError(
            f"{corpus.name}: a turn takes several actions, which not all contenders learn; "
            "give a corpus whose turns take one"
        )
    encoded = encode(train, encoder, space, network)
    batches = Batches(encoded, config.batch_turns)
    dialogues, turns = len(encoded.lengths), batches.turns
    problem = Problem(
        "corpus",
        f"{corpus.name}: {dialogues:,} dialogues, {turns:,} turns, {encoder.width:,} bits, "
        f"{len(space):,} actions; {epochs} epochs",
        batch=max(1, round(dialogues / sum(1 for _ in batches.in_order()))),
        features=encoder.width,
        bit_units=network.bit_units,
        units=network.units,
        actions=len(space),
        epochs=epochs,
        dropout=network.dropout,
        learning_rate=config.learning_rate,
        clip_norm=config.clip_norm,
        seed=config.seed,
    )
    problem.write(folder)
    write_arrays(folder, "weights", random_weights(problem))
    parts = {"train": encoded, "dev": encode(dev, encoder, space, network)}
    arrays = {
        f"{part}/{name}": array
        for part, found in parts.items()
        for name, array in corpus_arrays(found).items()
    }
    write_arrays(folder, "data", arrays)
    for part, dialogues_of in (("train", train), ("dev", dev)):
        _write_dialogues(dialogues_of, folder / f"{part}.jsonl")
    return problem


def lay_out_policy(policy: Policy, corpus: Corpus, problem: Problem, folder: Path) -> Problem:
    """Write a model and live turns; return the problem with the model's sizes.

    Raises:
        ConfigError: for a model of another kind than all contenders can be.
    """
    _check(policy)
    weights: Mapping[str, Any] = apply_temperature(policy.weights, policy.decision.temperature)
    problem = replace(
        problem,
        features=policy.encoder.width,
        bit_units=weights["bit_dense/kernel"].shape[1],
        units=policy.config.units,
        actions=len(policy.space),
    )
    problem.write(folder)
    write_arrays(folder, "weights", weights)
    policy.save(folder / MODEL)
    _write_dialogues(corpus, folder / DIALOGUES)
    turn = next(iter(next(iter(corpus))))
    told = {"user": turn.user, "facts": dict(turn.facts)}
    (folder / "turn.json").write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    bits = np.zeros(problem.features, np.float32)
    encoded, _ = policy.encoder.encode(turn, policy.encoder.start())
    bits[encoded.bits] = 1
    np.save(folder / "turn.npy", bits)
    return problem


def _check(policy: Policy) -> None:
    config = policy.config
    plain = {"layout": "many-to-many-2", "cell": "lstm", "words": "bits", "layers": 1, "layer_norm": False}
    for name, expected in plain.items():
        if (found := getattr(config, name)) != expected:
            raise ConfigError(
                f"the model's {name} is {found}; the contenders are built for {name}={expected}"
            )
    if policy.members > 1:
        raise ConfigError(
            f"the model is of {policy.members} networks; the contenders are one, give one of seeds=1"
        )
    if policy.space.multi or "bit_dense/kernel" not in policy.weights:
        raise ConfigError(
            "the model takes several actions a turn, or is of an older turncast; give one of one action"
        )


def _write_dialogues(corpus: Corpus, path: Path) -> None:
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in corpus), encoding="utf-8")
