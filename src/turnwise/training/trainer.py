"""From recorded dialogues to a trained policy."""

from __future__ import annotations

import platform
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
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
from turnwise.runtime import stacked
from turnwise.training.checkpoint import Checkpoint, Member
from turnwise.training.class_weights import class_weights
from turnwise.training.decide import fit_decision
from turnwise.training.grow import Growth, grown_settings, grown_space, known_values
from turnwise.training.interruption import Interruption
from turnwise.training.members import checkpoint_of, train_members
from turnwise.training.mixing import check_mixing, with_counts
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
    parent: Policy | None = None,
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
        parent: a policy to grow from: its weights are the first, what it knows stays at its place, and what
            is not said of the settings is as it was there. It is not changed.

    Returns:
        The policy. Ctrl-C ends the training early: the best policy so far is returned, its card says so.

    Raises:
        CorpusError: for a corpus from which nothing can be learned.
        ConfigError: for settings that do not go together, or that the corpus or the parent has no use for.
        MissingExtra: where the libraries for training (or for byte-pair pieces) are not installed.
    """
    if parent:
        network, config, encoder = grown_settings(parent, network, config, encoder)
    network, config, encoder = network or NetworkConfig(), config or TrainConfig(), encoder or EncoderConfig()
    check_own_actions(config.own_actions, network)
    check_mixing(network, config)
    corpus, dev = labelled(network, corpus), None if dev is None else labelled(network, dev)
    if dev is None:
        corpus, dev = split_dev(corpus, config.dev_share, config.seed)
    lessons = _prepare(corpus, dev, network, encoder, values, config, parent)
    _check_decide(corpus.name, lessons.space, config.decide)
    state = _state(lessons, network, config, encoder)
    saved = Checkpoint.load(checkpoint, state) if resume and checkpoint is not None else None

    def keep(fit: Fit, before: tuple[Member, ...]) -> None:
        if checkpoint is not None:
            checkpoint_of(fit, before, state).save(checkpoint)

    with Interruption() as interruption:
        begin, wished = partial(_begin, lessons, network, config), lambda: interruption.wished
        members, interrupted = train_members(begin, config.seeds, progress or Silence(), wished, keep, saved)
    metrics = tuple(record for member in members for record in member.metrics)
    card = Card(lessons.corpus, config, encoder, metrics, interrupted, _versions(), lessons.parent)
    weights = stacked([member.weights for member in members])
    seen = lessons.floors, lessons.responses, card, lessons.histories
    policy = Policy(lessons.encoder, lessons.space, network, weights, *seen, members=len(members))
    policy = with_counts(policy, lessons.counts, dev, config.count_table)
    return fit_decision(policy, dev, lessons.answers, config)


@dataclass(frozen=True, slots=True)
class _Lessons:
    """What is learned from: the two parts in batches, and what the training part alone teaches beforehand."""

    corpus: Mapping[str, Any]
    space: ActionSpace
    encoder: TurnEncoder
    counts: FloorCounts
    floors: Floors
    histories: Histories
    responses: Mapping[str, str]
    answers: Mapping[Actions, int]
    train: Batches
    dev: Batches
    growth: Growth | None

    @property
    def parent(self) -> Mapping[str, Any] | None:
        """What the card says of the policy that grows."""
        if self.growth is None:
            return None
        return {"digest": self.growth.parent.digest, "corpus": dict(self.growth.parent.card.corpus)}


def _prepare(
    corpus: Corpus,
    dev: Corpus,
    network: NetworkConfig,
    encoding: EncoderConfig,
    values: Mapping[str, Iterable[str]] | None,
    config: TrainConfig,
    parent: Policy | None = None,
) -> _Lessons:
    """Count the training part, then encode both parts."""
    values = known_values(parent, values) if parent else values
    census, counts, seen = Census.begun(corpus, encoding, values), FloorCounts(), array("Q")
    for dialogue in corpus:
        one = lesson(network, dialogue)
        census.add(dialogue, one)
        counts.add(one)
        seen.extend(histories_of(network, one))
    space, encoder = census.action_space(), census.encoder(network.words)
    growth = Growth.of(parent, encoder) if parent else None
    responses = census.most_frequent_responses()
    if growth:
        encoder, space = growth.encoder, grown_space(corpus.name, growth.parent.space, space)
        responses = {**growth.parent.responses, **responses}
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
        counts=counts,
        floors=counts.floors(),
        histories=Histories.of(seen),
        responses=responses,
        answers=census.answers,
        train=Batches(encoded, config.batch_turns, weights=weights),
        dev=Batches(encode(dev, encoder, space, network), _DEV_BATCH * config.batch_turns, most_lengths=2),
        growth=growth,
    )


def _check_actions(name: str, space: ActionSpace, what: str) -> None:
    if len(space) + space.may_be_empty < 2:
        found = f"only the {what} {space.name(0)!r}" if len(space) else f"no {what} at all"
        raise CorpusError(name, f"there is {found}", "a policy needs two to choose between; check the labels")


def _check_decide(name: str, space: ActionSpace, how: str) -> None:
    if not space.multi and how in ("thresholds", "sets"):
        problem = f"setting 'decide' is {how!r}, and every turn of {name} takes one action"
        raise ConfigError(f"{problem}; leave it at auto")


def _state(
    lessons: _Lessons, network: NetworkConfig, config: TrainConfig, encoder: EncoderConfig
) -> dict[str, Any]:
    """Return what must be the same for a stopped training to go on."""
    # A network can learn for longer than was first said; those trained before it, of several, cannot.
    may_change = {"max_error", "decide", "count_table"} | (
        {"epochs", "patience"} if config.seeds == 1 else set()
    )
    return {
        "network": network.model_dump(),
        "config": config.model_dump(exclude=may_change),
        "encoder": encoder.model_dump(),
        "corpus": lessons.corpus,
        "parent": lessons.parent,
    }


def _begin(lessons: _Lessons, network: NetworkConfig, config: TrainConfig, member: int = 0) -> Fit:
    """Build one of the networks for what is to be learned, and make it ready for its first epoch."""
    # Here, so that `import turnwise` needs no Keras.
    from turnwise.network import build_network, read_weights, write_weights
    from turnwise.training.fit import Fit

    config = config.model_copy(update={"seed": config.seed + member})
    model = build_network(
        network,
        num_features=lessons.encoder.width,
        num_tokens=lessons.encoder.num_tokens,
        num_actions=len(lessons.space),
        multi=lessons.space.multi,
        seed=config.seed,
    )
    if lessons.growth:
        write_weights(model, lessons.growth.weights(member, read_weights(model)))
    return Fit(model, lessons.space, config, lessons.train, lessons.dev)


def _versions() -> Mapping[str, str]:
    from turnwise.backend import keras

    return {
        "turnwise": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }
