"""What rules refuse at each turn of a corpus, for training: in the loss as live."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.dialogue import Dialogue
from turncast.errors import ConfigError
from turncast.features.batches.encoded_corpus import EncodedCorpus, RaggedBuilder
from turncast.layouts import LAYOUTS
from turncast.rules.compiled import BoundRules


def check_layout(network: NetworkConfig) -> None:
    """Refuse a network that does not act once at every turn.

    >>> check_layout(NetworkConfig(layout="many-to-one"))
    Traceback (most recent call last):
    turncast.errors.ConfigError: rules need an action at every turn, and the layout is 'many-to-one'; choose
    many-to-many-2 or one-to-one
    """
    names = [row.name for row in LAYOUTS.values() if row.acts_at_every_turn and not row.decoder]
    if network.layout not in names:
        problem = f"rules need an action at every turn, and the layout is {network.layout!r}"
        raise ConfigError(f"{problem}; choose {' or '.join(names)}")


def with_refusals(encoded: EncodedCorpus, dialogues: Iterable[Dialogue], rules: BoundRules) -> EncodedCorpus:
    """Return an encoded corpus that knows what the rules refuse at each of its turns."""
    refusals = RaggedBuilder()
    for dialogue in dialogues:
        for refused in rules.refusals(dialogue):
            refusals.append(sorted(refused))
    return replace(encoded, refused=refusals.build())


def contradicted(encoded: EncodedCorpus) -> NDArray[np.bool_]:
    """Return for each turn of a corpus whether an action was taken that the rules refuse, (turns,).

    Such a turn cannot be learned from: its answer has no probability.
    """
    found = np.zeros(len(encoded.targets), np.bool_)
    if encoded.refused is None:
        return found
    actions = encoded.num_actions + 1
    taken = np.repeat(np.arange(len(found)), encoded.targets.lengths) * actions + encoded.targets.values
    refused = np.repeat(np.arange(len(found)), encoded.refused.lengths) * actions + encoded.refused.values
    found[np.unique(taken[np.isin(taken, refused)] // actions)] = True
    return found


def without_broken(
    weights: NDArray[np.float32] | None, encoded: EncodedCorpus
) -> tuple[NDArray[np.float32], int]:
    """Return the weight of each answer, 0 for those that break the rules, and how many these are.

    Args:
        weights: of each answer; 1 where they are not given.
        encoded: the corpus, with what the rules refuse.
    """
    broken = contradicted(encoded)
    whole = np.ones(len(broken), np.float32) if weights is None else weights
    return np.where(broken, np.float32(0), whole), int(broken.sum())


def permitted(
    probabilities: NDArray[np.float32], targets: NDArray[np.int32], multi: bool
) -> NDArray[np.float32]:
    """Return the probabilities of a batch, (B, N, A), with those of refused actions 0.

    Of one action a turn, the others sum to 1 again.

    Args:
        probabilities: of the network, (B, N, A).
        targets: of the batch, (B, N, L), in which -1 - a refuses action a.
        multi: whether the actions are independent.

    >>> permitted(np.array([[[0.5, 0.3, 0.2]]], np.float32), np.array([[[1, -1]]], np.int32), False).tolist()
    [[[0.0, 0.6000000238418579, 0.4000000059604645]]]
    """
    rows, answers, places = np.nonzero(targets < 0)
    found = probabilities.copy()
    found[rows, answers, -1 - targets[rows, answers, places]] = 0
    if multi:
        return found
    found /= np.maximum(found.sum(-1, keepdims=True), np.finfo(np.float32).tiny)
    return found
