"""Growing: a trained policy learns from new dialogues; its actions and bits keep their indices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from turncast.config import Configuration, Settings, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError, CorpusError
from turncast.features import TurnEncoder
from turncast.policy import Policy
from turncast.runtime import split_members
from turncast.training.split import sort_key
from turncast.vocabulary import ActionSpace

Weights = Mapping[str, NDArray[np.float32]]
_Kind = TypeVar("_Kind", bound=Settings)

RATE = 1 / 3
"""The default learning rate of growing, as a share of that of the parent's training."""
_MAY_CHANGE = {"dropout", "min_count", "max_words", "max_values", "buckets"}
_MACHINE_SETTINGS = {"devices"}


def inherit_settings(parent: Policy, given: Configuration) -> Configuration:
    """Return the configuration of a policy that grows from another: settings not given are the parent's.

    Exceptions: the learning rate is lower, and an epoch goes through the new dialogues once, since every step
    may make the network forget.

    Raises:
        ConfigError: for a setting that does not fit the parent's weights.
    """
    trained = parent.card.train
    defaults = {"seeds": parent.members, "learning_rate": trained.learning_rate * RATE, "epoch_batches": 1}
    changed = _given_settings(given.training)
    if changed.get("seeds", parent.members) != parent.members:
        raise _mismatch("seeds", changed["seeds"], parent.members)
    return Configuration(
        encoder=_inherit(parent.card.encoder, given.encoder),
        network=_inherit(parent.config, given.network),
        training=TrainConfig(**trained.model_dump(exclude=_MACHINE_SETTINGS) | defaults | changed),
    )


def _given_settings(config: Settings) -> dict[str, Any]:
    """Return the settings that were given by name, without the defaults."""
    return {name: getattr(config, name) for name in config.model_fields_set}


def _inherit(old: _Kind, given: _Kind) -> _Kind:
    """Return the parent's settings, changed where others are given and may change."""
    changed = _given_settings(given)
    for name, value in changed.items():
        if value != getattr(old, name) and name not in _MAY_CHANGE:
            raise _mismatch(name, value, getattr(old, name))
    return type(old)(**old.model_dump() | changed)


def _mismatch(name: str, value: object, old: object) -> ConfigError:
    return ConfigError(
        f"setting {name!r} is {value!r}, the model to grow from has {old!r}; leave it out, or train anew"
    )


def grown_space(name: str, old: ActionSpace, new: ActionSpace) -> ActionSpace:
    """Return the old actions with their indices, and the new ones after them.

    Args:
        name: the name of the new corpus, for the error.
        old: the action space of the policy.
        new: the action space of the corpus.

    Raises:
        CorpusError: where the corpus has several actions per turn and the policy one.

    >>> list(grown_space("new", ActionSpace(["size", "serve"]), ActionSpace(["wash", "serve"])))
    ['size', 'serve', 'wash']
    """
    if new.multi and not old.multi:
        problem = "turns take several actions or none, and the model to grow from takes one per turn"
        raise CorpusError(name, problem, "train anew")
    names = [*old, *(action for action in new if action not in old)]
    return ActionSpace(names, multi=old.multi, may_be_empty=old.may_be_empty or new.may_be_empty)


def known_values(parent: Policy, values: Mapping[str, Iterable[str]] | None) -> dict[str, tuple[str, ...]]:
    """Return the slot values of the policy, together with the given ones."""
    known = {slot: tuple(values_of) for slot, values_of in parent.encoder.slot_values.values.items()}
    for slot, given in (values or {}).items():
        known[slot] = (*known.get(slot, ()), *given)
    return known


@dataclass(frozen=True, slots=True)
class Growth:
    """A policy to grow from, with its extended encoder.

    Attributes:
        parent: the policy.
        encoder: the encoder of the parent, extended by the new words, values and actions.
    """

    parent: Policy
    encoder: TurnEncoder

    @classmethod
    def from_encoder(cls, parent: Policy, learned: TurnEncoder) -> Growth:
        """Return the growth of a policy by an encoder that was learned from new dialogues."""
        return cls(parent, parent.encoder.extend(learned))

    def weights(self, member: int, fresh: Weights) -> dict[str, NDArray[np.float32]]:
        """Return the first weights of a network: the parent's, and fresh ones for new bits and actions.

        Args:
            member: the number of the parent's network, from 0.
            fresh: the initial weights of a network of the new sizes.
        """
        old = split_members(self.parent.weights, self.parent.members)[member]
        weights = {name: np.array(array) for name, array in fresh.items()}
        bits = self.encoder.origins(self.parent.encoder)
        for name, array in old.items():
            if name == "bit_dense/kernel":
                weights[name][bits >= 0] = array[bits[bits >= 0]]
            else:  # new actions and tokens come last; any other weight has the old shape
                weights[name][tuple(map(slice, array.shape))] = array
        return weights


def with_replay(corpus: Corpus, old: Corpus, seed: int) -> Corpus:
    """Return the new dialogues and as many old ones (at most), drawn by the seed, so that less is forgotten.

    >>> from turncast.dialogue import Dialogue, Turn
    >>> new, old = (Corpus(name, [Dialogue(f"{name}-{n}", [Turn()]) for n in range(size)])
    ...             for name, size in (("new", 2), ("old", 5)))
    >>> [dialogue.id for dialogue in with_replay(new, old, seed=1)]
    ['new-0', 'new-1', 'old-0', 'old-1']
    """
    size = len(corpus)
    drawn = sorted((sort_key(seed, dialogue.id), position) for position, dialogue in enumerate(old))
    chosen = frozenset(position for _, position in drawn[:size])
    return Corpus(corpus.name, corpus + old.filter(lambda position, _: position in chosen))
