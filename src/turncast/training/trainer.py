"""From recorded dialogues to a trained policy."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from turncast.config import Configuration, EncoderConfig, NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.policy import Card, Policy
from turncast.rules import NO_RULES, Rules
from turncast.runtime import stack_members
from turncast.training.checkpoint import Checkpoint, Member
from turncast.training.count_table_weight import check_mixing, with_counts
from turncast.training.fit_decision import fit_decision
from turncast.training.grow import inherit_settings
from turncast.training.interruption import Interruption
from turncast.training.members import checkpoint_of, train_members
from turncast.training.prepare import Lessons, prepare
from turncast.training.progress import Progress, Silence
from turncast.training.rule_masks import check_layout
from turncast.training.scheduled_sampling import adapt_scheduled_sampling
from turncast.training.split import split_dev
from turncast.version import __version__
from turncast.vocabulary import ActionSpace

if TYPE_CHECKING:
    from turncast.training.fit import Fit


def train(
    corpus: Corpus,
    dev: Corpus | None = None,
    *,
    network: NetworkConfig | None = None,
    config: TrainConfig | None = None,
    encoder: EncoderConfig | None = None,
    values: Mapping[str, Iterable[str]] | None = None,
    rules: Rules | None = None,
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
        rules: what may, may not and must be done: what they refuse has no part in the loss, and live the
            probability 0. Turns of the corpus that break them are not learned from; the card counts them.
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
    rules = rules or (parent.rules if parent else NO_RULES)
    given = Configuration(encoder or EncoderConfig(), network or NetworkConfig(), config or TrainConfig())
    configuration = _checked_configuration(given, parent, rules)
    layout, config = configuration.network.layout_row, configuration.training
    corpus, dev = layout.labelled(corpus), None if dev is None else layout.labelled(dev)
    if dev is None:
        corpus, dev = split_dev(corpus, config.dev_share, config.seed)
    lessons = prepare(corpus, dev, configuration, values=values, parent=parent, rules=rules)
    _check_decide(corpus.name, lessons.space, config.decide)
    state = _training_identity(lessons, configuration)
    saved = Checkpoint.load(checkpoint, state) if resume and checkpoint is not None else None

    def keep(fit: Fit, before: tuple[Member, ...]) -> None:
        if checkpoint is not None:
            checkpoint_of(fit, before, state).save(checkpoint)

    with Interruption() as interruption:
        begin, wished = partial(_build_loop, lessons, configuration), lambda: interruption.wished
        members, interrupted = train_members(begin, config.seeds, progress or Silence(), wished, keep, saved)
    policy = _policy_of(members, lessons, configuration, rules, interrupted)
    policy = with_counts(policy, lessons.counts, dev, config.count_table)
    return fit_decision(policy, dev, lessons.answers, config)


def _policy_of(
    members: tuple[Member, ...],
    lessons: Lessons,
    configuration: Configuration,
    rules: Rules,
    interrupted: bool,
) -> Policy:
    """Return the policy of trained networks, before its decision is fitted."""
    metrics = tuple(record for member in members for record in member.metrics)
    config, network = configuration.training, configuration.network
    card = Card(
        lessons.corpus, config, configuration.encoder, metrics, interrupted, _versions(), lessons.parent
    )
    weights = stack_members([member.weights for member in members])
    learned = lessons.encoder, lessons.space, network, weights, lessons.floors, lessons.responses, card
    return Policy(*learned, lessons.histories, members=len(members), rules=rules)


def _checked_configuration(given: Configuration, parent: Policy | None, rules: Rules) -> Configuration:
    """Return the configuration with what the parent and the layout decide; raise for contradictions."""
    configuration = inherit_settings(parent, given) if parent else given
    network, training = configuration.network, configuration.training
    check_mixing(network, training)
    if rules:
        check_layout(network)
    return replace(configuration, training=adapt_scheduled_sampling(training, network))


def _check_decide(name: str, space: ActionSpace, how: str) -> None:
    if not space.multi and how in ("thresholds", "sets"):
        problem = f"setting 'decide' is {how!r}, and every turn of {name} takes one action"
        raise ConfigError(f"{problem}; leave it at auto")


def _training_identity(lessons: Lessons, configuration: Configuration) -> dict[str, Any]:
    """Return all that must be the same for a checkpoint to be resumed from."""
    config = configuration.training
    # A network can learn for more epochs than first set; of several networks, those done before it cannot.
    may_change = {"max_error", "decide", "count_table"} | (
        {"epochs", "patience"} if config.seeds == 1 else set()
    )
    return {
        "network": configuration.network.model_dump(),
        "config": config.model_dump(exclude=may_change),
        "encoder": configuration.encoder.model_dump(),
        "corpus": lessons.corpus,
        "parent": lessons.parent,
    }


def _build_loop(lessons: Lessons, configuration: Configuration, member: int = 0) -> Fit:
    """Build one of the networks for what is to be learned, and make it ready for its first epoch."""
    # Here, so that `import turncast` needs no Keras.
    from turncast.network import build_network, read_weights, write_weights
    from turncast.training.fit import Fit

    config = configuration.training
    config = config.model_copy(update={"seed": config.seed + member})
    model = build_network(
        configuration.network,
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
    from turncast.backend import keras

    return {
        "turncast": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }
