"""The folder of a task: its sizes, weights and data, and the model where there is one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.speed.contenders.live_turns import DIALOGUES, MODEL
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import corpus_arrays, random_data, random_weights, write_arrays
from turncast.config import NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.features import Batches, CorpusStatistics, encode
from turncast.policy import Policy
from turncast.readers import to_json
from turncast.runtime.weights import apply_temperature
from turncast.training import split_dev


def write_synthetic_task(task: BenchmarkTask, folder: Path) -> float:
    """Write a task with random weights and data; return the average number of real words of its turns."""
    data = random_data(task)
    task.write(folder)
    write_arrays(folder, "weights", random_weights(task))
    write_arrays(folder, "data", data)
    return float(np.mean(np.sum(data["tokens"] != 0, -1))) if "tokens" in data else 0.0


def write_corpus_task(corpus: Corpus, epochs: int, folder: Path) -> BenchmarkTask:
    """Write a training on a corpus with the default settings; return the task.

    Its batch size gives all contenders about as many batches an epoch as turncast makes.

    Raises:
        ConfigError: for a corpus whose turns take several actions.
    """
    network, config = NetworkConfig(), TrainConfig()
    train, dev = split_dev(corpus, config.dev_share, config.seed)
    statistics = CorpusStatistics.from_corpus(train, network)
    space, encoder = statistics.action_space(), statistics.encoder()
    if space.multi:
        raise ConfigError(
            f"{corpus.name}: a turn takes several actions, which not all contenders can learn; "
            "give a corpus with one action a turn"
        )
    encoded = encode(train, encoder, space, network)
    batches = Batches(encoded, config.batch_turns)
    dialogues, turns = len(encoded.lengths), batches.num_turns
    task = BenchmarkTask(
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
    task.write(folder)
    write_arrays(folder, "weights", random_weights(task))
    encoded_parts = {"train": encoded, "dev": encode(dev, encoder, space, network)}
    arrays = {
        f"{part}/{name}": array
        for part, encoded_part in encoded_parts.items()
        for name, array in corpus_arrays(encoded_part).items()
    }
    write_arrays(folder, "data", arrays)
    for part, dialogues_of_part in (("train", train), ("dev", dev)):
        _write_dialogues(dialogues_of_part, folder / f"{part}.jsonl")
    return task


def write_policy_task(policy: Policy, corpus: Corpus, task: BenchmarkTask, folder: Path) -> BenchmarkTask:
    """Write a model and live turns; return the task with the model's sizes.

    Raises:
        ConfigError: for a model that not all contenders can rebuild.
    """
    _check_model(policy)
    weights: Mapping[str, Any] = apply_temperature(policy.weights, policy.decision.temperature)
    task = replace(
        task,
        features=policy.encoder.width,
        bit_units=weights["bit_dense/kernel"].shape[1],
        units=policy.config.units,
        actions=len(policy.space),
    )
    task.write(folder)
    write_arrays(folder, "weights", weights)
    policy.save(folder / MODEL)
    _write_dialogues(corpus, folder / DIALOGUES)
    turn = next(iter(next(iter(corpus))))
    record = {"user": turn.user, "facts": dict(turn.facts)}
    (folder / "turn.json").write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    bits = np.zeros(task.features, np.float32)
    encoded, _ = policy.encoder.encode(turn, policy.encoder.start())
    bits[encoded.bits] = 1
    np.save(folder / "turn.npy", bits)
    return task


def _check_model(policy: Policy) -> None:
    config = policy.config
    plain = {"layout": "many-to-many-2", "cell": "lstm", "words": "bits", "layers": 1, "layer_norm": False}
    for name, expected in plain.items():
        if (value := getattr(config, name)) != expected:
            raise ConfigError(f"the model's {name} is {value}; all contenders need {name}={expected}")
    if policy.members > 1:
        raise ConfigError(
            f"the model has {policy.members} networks; the contenders have one: train with seeds=1"
        )
    if policy.space.multi:
        raise ConfigError("the model takes several actions per turn; give a model with one action per turn")


def _write_dialogues(corpus: Corpus, path: Path) -> None:
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in corpus), encoding="utf-8")
