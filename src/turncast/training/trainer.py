"""From recorded dialogues to a trained policy."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from turncast.config import Configuration, EncoderConfig, NetworkConfig, TrainConfig
from turncast.cores import available_cores
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.policy import Card, Policy
from turncast.rules import NO_RULES, Rules
from turncast.runtime import stack_members
from turncast.training.arguments import as_settings, check_corpora, check_rules_and_parent
from turncast.training.checkpoint import Checkpoint, Member
from turncast.training.count_table_weight import add_count_table, check_count_table
from turncast.training.fit_decision import fit_decision
from turncast.training.grow import inherit_settings
from turncast.training.interruption import Interruption
from turncast.training.members import Callbacks, checkpoint_of, train_members
from turncast.training.prepare import TrainingData, prepare
from turncast.training.progress import Progress, progress_of
from turncast.training.rule_masks import check_layout
from turncast.training.scheduled_sampling import adapt_scheduled_sampling
from turncast.training.split import split_dev
from turncast.version import __version__
from turncast.vocabulary import ActionSpace

if TYPE_CHECKING:
    from turncast.training.training_loop import TrainingLoop


def train(
    corpus: Corpus,
    dev: Corpus | None = None,
    *,
    network: NetworkConfig | Mapping[str, Any] | None = None,
    config: TrainConfig | Mapping[str, Any] | None = None,
    encoder: EncoderConfig | Mapping[str, Any] | None = None,
    values: Mapping[str, Iterable[str]] | None = None,
    rules: Rules | None = None,
    progress: Progress | Callable[[dict[str, Any]], object] | bool | None = None,
    should_stop: Callable[[], bool] | None = None,
    checkpoint: Path | str | None = None,
    resume: bool = False,
    parent: Policy | None = None,
) -> Policy:
    """Train a policy, and return it with the weights of the epoch that is best on the dev part.

    Args:
        corpus: the dialogues to learn from; vocabularies come from them alone. Where the network predicts an
            outcome, dialogues without it are skipped.
        dev: the dialogues that decide when to stop; by default a share of the corpus is held out.
        network: the architecture of the network, as a `NetworkConfig` or a mapping such as `{"units": 32}`.
        config: how it is trained, as a `TrainConfig` or a mapping.
        encoder: what it reads of each turn, as an `EncoderConfig` or a mapping.
        values: slot -> values, as from a knowledge base: in the users' words the slot's name replaces a
            value, and the state of each slot has bits.
        rules: what is allowed, forbidden and forced. Refused actions have no part in the loss, and in use the
            probability 0. Turns of the corpus that break a rule are not learned from; the card counts them.
        progress: shows the training: by default in a terminal and in a notebook, with True everywhere, with
            False nowhere. A function is called after each epoch with its record. A `Progress` hears of
            everything.
        should_stop: asked before each batch; where it returns True the training ends early, as with Ctrl-C.
        checkpoint: a file for the state after each epoch.
        resume: resume from the checkpoint; the result is that of a training that was never stopped.
        parent: a policy to grow from. Its weights are the first weights, its actions and bits stay at their
            indices, and settings that are not given are inherited. It is not changed.

    Returns:
        The policy. Ctrl-C ends the training early: the policy has the best weights so far, and
        `card.interrupted` is true.

    Raises:
        ArgumentError: for an argument of another kind, such as a path instead of a corpus.
        CorpusError: for a corpus from which nothing can be learned.
        ConfigError: for settings that contradict each other, the corpus or the parent.
        MissingExtra: where the libraries for training (or for byte-pair pieces) are not installed.
    """
    check_corpora(corpus, dev)
    check_rules_and_parent(rules, parent)
    shown = progress_of(progress)
    rules = rules or (parent.rules if parent else NO_RULES)
    given = Configuration(
        as_settings("encoder", encoder, EncoderConfig),
        as_settings("network", network, NetworkConfig),
        as_settings("config", config, TrainConfig),
    )
    configuration = _checked_configuration(given, parent, rules)
    layout, config = configuration.network.layout_row, configuration.training
    corpus, dev = layout.labelled(corpus), None if dev is None else layout.labelled(dev)
    if dev is None:
        corpus, dev = split_dev(corpus, config.dev_share, config.seed)
    data = prepare(corpus, dev, configuration, values=values, parent=parent, rules=rules)
    _check_decide(corpus.name, data.space, config.decide)
    policy = _train_networks(
        data,
        configuration,
        rules=rules,
        progress=shown,
        should_stop=should_stop,
        checkpoint=None if checkpoint is None else Path(checkpoint),
        resume=resume,
    )
    policy = add_count_table(policy, data.counts, dev, config.count_table)
    return fit_decision(policy, dev, data.answers, config)


def _train_networks(
    data: TrainingData,
    configuration: Configuration,
    *,
    rules: Rules,
    progress: Progress,
    should_stop: Callable[[], bool] | None,
    checkpoint: Path | None,
    resume: bool,
) -> Policy:
    """Return the policy of the trained networks, before its decision is fitted."""
    identity = _training_identity(data, configuration)
    saved = Checkpoint.load(checkpoint, identity) if resume and checkpoint is not None else None

    def save_checkpoint(loop: TrainingLoop, earlier: tuple[Member, ...]) -> None:
        if checkpoint is not None:
            checkpoint_of(loop, earlier, identity).save(checkpoint)

    with Interruption() as interruption:
        callbacks = Callbacks(
            progress=progress,
            should_stop=lambda: interruption.requested or (should_stop is not None and should_stop()),
            after_epoch=save_checkpoint,
        )
        build_loop = partial(_build_loop, data, configuration)
        members, interrupted = train_members(build_loop, configuration.training.seeds, callbacks, saved)
    card = Card(
        corpus=data.corpus,
        train=configuration.training,
        encoder=configuration.encoder,
        metrics=tuple(record for member in members for record in member.metrics),
        interrupted=interrupted,
        versions=_versions(),
        parent=data.parent,
    )
    return Policy(
        encoder=data.encoder,
        space=data.space,
        config=configuration.network,
        weights=stack_members([member.weights for member in members]),
        baselines=data.baselines,
        responses=data.responses,
        set_responses=data.set_responses,
        card=card,
        histories=data.histories,
        members=len(members),
        rules=rules,
    )


def _checked_configuration(given: Configuration, parent: Policy | None, rules: Rules) -> Configuration:
    """Return the configuration with what the parent and the layout decide; raise for contradictions."""
    configuration = inherit_settings(parent, given) if parent else given
    network, training = configuration.network, configuration.training
    check_count_table(network, training)
    if rules:
        check_layout(network)
    # The number of cores is resolved here: the weights depend on it, and the card and a checkpoint record it.
    training = training.model_copy(update={"devices": training.devices or available_cores()})
    return replace(configuration, training=adapt_scheduled_sampling(training, network))


def _check_decide(name: str, space: ActionSpace, decide: str) -> None:
    if not space.multi and decide in ("thresholds", "sets"):
        problem = f"setting 'decide' is {decide!r}, and every turn of {name} takes one action"
        raise ConfigError(f"{problem}; leave it at auto")


def _training_identity(data: TrainingData, configuration: Configuration) -> dict[str, Any]:
    """Return all that must be the same for a checkpoint to be resumed from."""
    config = configuration.training
    # A network can learn for more epochs than first set; of several networks, those done before it cannot.
    may_change = {"max_error", "decide", "count_table", "devices"} | (
        {"epochs", "patience"} if config.seeds == 1 else set()
    )
    return {
        "network": configuration.network.model_dump(),
        "training": config.model_dump(exclude=may_change),
        "encoder": configuration.encoder.model_dump(),
        "corpus": data.corpus,
        "parent": data.parent,
        "number of cores": _cores_that_count(config.devices),
    }


def _cores_that_count(devices: int) -> str:
    """Return the cores that the weights depend on: those that share a batch; for one, also how many exist.

    Sums are added in another order on another number of cores.
    """
    return str(devices) if devices > 1 else f"1 of {available_cores()}"


def _build_loop(data: TrainingData, configuration: Configuration, member: int) -> TrainingLoop:
    """Build one of the networks; return its loop, ready for the first epoch."""
    # Imported here, so that `import turncast` needs no Keras.
    from turncast.network import build_network, read_weights, write_weights
    from turncast.training.training_loop import TrainingLoop

    config = configuration.training
    config = config.model_copy(update={"seed": config.seed + member})
    model = build_network(
        configuration.network,
        num_features=data.encoder.width,
        num_tokens=data.encoder.num_tokens,
        num_actions=len(data.space),
        multi=data.space.multi,
        seed=config.seed,
    )
    if data.growth:
        write_weights(model, data.growth.weights(member, read_weights(model)))
    return TrainingLoop(
        model=model,
        space=data.space,
        config=config,
        train=data.train,
        dev=data.dev,
        network=configuration.network,
    )


def _versions() -> Mapping[str, str]:
    from turncast.backend import keras

    return {
        "turncast": __version__,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "keras": keras.__version__,
        "backend": keras.backend.backend(),
    }
