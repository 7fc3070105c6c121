"""From recorded dialogues to a trained policy."""

from __future__ import annotations

import platform
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from turnwise.config import EncoderConfig, NetworkConfig, TrainConfig
from turnwise.dialogue import Corpus
from turnwise.errors import ConfigError, CorpusError
from turnwise.features import Batches, Census, TurnEncoder, encode
from turnwise.floors import FloorCounts, Floors
from turnwise.histories import Histories, histories_of
from turnwise.layouts import Actions, labelled, lesson
from turnwise.policy import Card, Policy
from turnwise.training.checkpoint import Checkpoint
from turnwise.training.class_weights import class_weights
from turnwise.training.decide import fit_decision
from turnwise.training.interruption import Interruption
from turnwise.training.own_actions import check_own_actions
from turnwise.training.progress import Progress, Silence
from turnwise.training.split import split_dev
from turnwise.version import __version__
from turnwise.vocabulary import ActionSpace

if TYPE_CHECKING:
    from turnwise.training.fit import Fit

# The dev part is only read: few shapes to compile are worth more than few padded turns.
_DEV_BATCH = 4


def train(
    corpus: Corpus,
    dev: Corpus | None = None,
    *,
    network: NetworkConfig | None = None,
    config: TrainConfig | None = None,
    encoder: EncoderConfig | None = None,
    values: Mapping[str, Iterable[str]] | None = None,
    progress: Progress | None = None,
    checkpoint: Path | None = None,
    resume: bool = False,
) -> Policy:
    """Train a policy; the epoch that is best on the dev part is kept.

    Args:
        corpus: the dialogues to learn from. Vocabularies come from them alone. Where the network foresees an
            outcome, dialogues without it are left out.
        dev: the dialogues that say when to stop; a share of the corpus when they are not given.
        network: the network's shape.
        config: how it is trained.
        encoder: what it sees.
        values: the values of slots, slot -> values, as from a knowledge base: in words a slot's name stands
            for its values, and what becomes of each slot has bits.
        progress: what is shown meanwhile; nothing when it is not given.
        checkpoint: a file that holds the state after each epoch while the training runs.
        resume: go on from the checkpoint; the result is that of a training that never stopped.

    Returns:
        The policy. Ctrl-C ends the training early: the best policy so far is returned, its card says so.

    Raises:
        CorpusError: for a corpus from which nothing can be learned.
        ConfigError: for a setting that this corpus has no use for.
        MissingExtra: where the libraries for training (or for byte-pair pieces) are not installed.
    """
    network, config, encoder = network or NetworkConfig(), config or TrainConfig(), encoder or EncoderConfig()
    check_own_actions(config.own_actions, network)
    corpus, dev = labelled(network, corpus), None if dev is None else labelled(network, dev)
    if dev is None:
        corpus, dev = split_dev(corpus, config.dev_share, config.seed)
    lessons = _prepare(corpus, dev, network, encoder, values, config)
    _check_decide(corpus.name, lessons.space, config.decide)
    fit = _begin(lessons, network, config)
    state = {
        "network": network.model_dump(),
        "config": config.model_dump(exclude={"epochs", "patience", "max_error", "decide"}),
        "encoder": encoder.model_dump(),
        "corpus": lessons.corpus,
    }
    if resume and checkpoint is not None:
        _restore(fit, Checkpoint.load(checkpoint, state))

    def after_epoch() -> None:
        if checkpoint is not None and fit.best is not None:
            arrays = tuple(np.asarray(variable) for variable in fit.variables)
            Checkpoint(state, tuple(fit.metrics), arrays, fit.best).save(checkpoint)

    with Interruption() as interruption:
        fit.run(progress or Silence(), lambda: interruption.wished, after_epoch)
    metrics, interrupted = tuple(fit.metrics), not fit.over
    card = Card(lessons.corpus, config, encoder, metrics, interrupted, _versions())
    weights, seen = fit.best or {}, (lessons.floors, lessons.responses, card, lessons.histories)
    policy = Policy(lessons.encoder, lessons.space, network, weights, *seen)
    return fit_decision(policy, dev, lessons.answers, config)


@dataclass(frozen=True, slots=True)
class _Lessons:
    """What is learned from: the two parts in batches, and what the training part alone teaches beforehand."""

    corpus: Mapping[str, Any]
    space: ActionSpace
    encoder: TurnEncoder
    floors: Floors
    histories: Histories
    responses: Mapping[str, str]
    answers: Mapping[Actions, int]
    train: Batches
    dev: Batches


def _prepare(
    corpus: Corpus,
    dev: Corpus,
    network: NetworkConfig,
    encoding: EncoderConfig,
    values: Mapping[str, Iterable[str]] | None,
    config: TrainConfig,
) -> _Lessons:
    """Count the training part, then encode both parts."""
    census, floors, seen = Census.begun(corpus, encoding, values), FloorCounts(), array("Q")
    for dialogue in corpus:
        one = lesson(network, dialogue)
        census.add(dialogue, one)
        floors.add(one)
        seen.extend(histories_of(network, one))
    space, encoder = census.action_space(), census.encoder(network.words)
    _check_actions(corpus.name, space, "outcome" if network.layout == "many-to-one" else "action")
    encoded = encode(corpus, encoder, space, network)
    weights = class_weights(encoded, config.class_weights) if config.class_weights else None
    return _Lessons(
        corpus={
            "name": corpus.name,
            "fingerprint": census.fingerprint,
            "dialogues": census.dialogues,
            "turns": census.turns,
            "skipped": dict(corpus.skipped),
        },
        space=space,
        encoder=encoder,
        floors=floors.floors(),
        histories=Histories.of(seen),
        responses=census.most_frequent_responses(),
        answers=census.answers,
        train=Batches(encoded, config.batch_turns, weights=weights),
        dev=Batches(encode(dev, encoder, space, network), _DEV_BATCH * config.batch_turns, most_lengths=2),
    )


def _check_actions(name: str, space: ActionSpace, what: str) -> None:
    if len(space) + space.may_be_empty < 2:
        found = f"only the {what} {space.name(0)!r}" if len(space) else f"no {what} at all"
        raise CorpusError(name, f"there is {found}", "a policy needs two to choose between; check the labels")


def _check_decide(name: str, space: ActionSpace, how: str) -> None:
    if not space.multi and how in ("thresholds", "sets"):
        problem = f"setting 'decide' is {how!r}, and every turn of {name} takes one action"
        raise ConfigError(f"{problem}; leave it at auto")


def _begin(lessons: _Lessons, network: NetworkConfig, config: TrainConfig) -> Fit:
    """Build the network for what is to be learned, and make it ready for its first epoch."""
    from turnwise.network import build_network  # here, so that `import turnwise` needs no Keras
    from turnwise.training.fit import Fit

    model = build_network(
        network,
        num_features=lessons.encoder.width,
        num_tokens=lessons.encoder.num_tokens,
        num_actions=len(lessons.space),
        multi=lessons.space.multi,
        seed=config.seed,
    )
    return Fit(model, lessons.space, config, lessons.train, lessons.dev)


def _restore(fit: Any, saved: Checkpoint) -> None:
    for variable, values in zip(fit.variables, saved.variables, strict=True):
        variable.assign(values)
    fit.best, fit.metrics = saved.best, list(saved.metrics)


def _versions() -> Mapping[str, str]:
    from turnwise.backend import keras

    return {
        "turnwise": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }
