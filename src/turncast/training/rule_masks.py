"""Rule masks: the actions that rules refuse at each turn of a corpus, which the loss then leaves out."""

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
from turncast.rules import CompiledRules


def check_layout(network: NetworkConfig) -> None:
    """Raise ConfigError for a layout that does not predict exactly one decision at every turn.

    >>> check_layout(NetworkConfig(layout="many-to-one"))
    Traceback (most recent call last):
    turncast.errors.ConfigError: rules need an action at every turn, and the layout is 'many-to-one'; choose
    many-to-many-2 or one-to-one
    """
    names = [row.name for row in LAYOUTS.values() if row.acts_at_every_turn and not row.decoder]
    if network.layout not in names:
        problem = f"rules need an action at every turn, and the layout is {network.layout!r}"
        raise ConfigError(f"{problem}; choose {' or '.join(names)}")


def add_refusals(
    encoded: EncodedCorpus, dialogues: Iterable[Dialogue], rules: CompiledRules
) -> EncodedCorpus:
    """Return the encoded corpus with the actions that the rules refuse at each of its turns."""
    refusals = RaggedBuilder()
    for dialogue in dialogues:
        for refused in rules.refusals(dialogue):
            refusals.append(sorted(refused))
    return replace(encoded, refused=refusals.build())


def rule_breaking(encoded: EncodedCorpus) -> NDArray[np.bool_]:
    """Return for each turn of a corpus whether one of its actions is refused by a rule, (turns,).

    The network cannot learn from such a turn: its answer has the probability 0.
    """
    broken = np.zeros(len(encoded.targets), np.bool_)
    if encoded.refused is None:
        return broken
    actions = encoded.num_actions + 1
    turns = np.arange(len(broken))
    taken = np.repeat(turns, encoded.targets.lengths) * actions + encoded.targets.values
    refused = np.repeat(turns, encoded.refused.lengths) * actions + encoded.refused.values
    broken[np.unique(taken[np.isin(taken, refused)] // actions)] = True
    return broken


def drop_rule_breaking(
    weights: NDArray[np.float32] | None, encoded: EncodedCorpus
) -> tuple[NDArray[np.float32], int]:
    """Return the weight of each answer, 0 for those that break the rules, and the number of these.

    Args:
        weights: the weight of each answer; 1 where None.
        encoded: the corpus with its refusals.
    """
    broken = rule_breaking(encoded)
    before = np.ones(len(broken), np.float32) if weights is None else weights
    return np.where(broken, np.float32(0), before), int(broken.sum())


def mask_refused(
    probabilities: NDArray[np.float32], targets: NDArray[np.int32], multi: bool
) -> NDArray[np.float32]:
    """Return the probabilities of a batch, (B, N, A), with 0 for refused actions.

    With one action per turn the others are scaled to sum to 1 again.

    Args:
        probabilities: of the network, (B, N, A).
        targets: of the batch, (B, N, L), in which -1 - a refuses action a.
        multi: whether the actions are independent.

    >>> probabilities = np.array([[[0.5, 0.3, 0.2]]], np.float32)
    >>> mask_refused(probabilities, np.array([[[1, -1]]], np.int32), multi=False).tolist()
    [[[0.0, 0.6000000238418579, 0.4000000059604645]]]
    """
    rows, answers, columns = np.nonzero(targets < 0)
    masked = probabilities.copy()
    masked[rows, answers, -1 - targets[rows, answers, columns]] = 0
    if multi:
        return masked
    masked /= np.maximum(masked.sum(-1, keepdims=True), np.finfo(np.float32).tiny)
    return masked
