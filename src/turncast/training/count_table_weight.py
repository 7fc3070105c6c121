"""The weight of the count table in a policy's predictions, chosen on the dev part."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from turncast.baselines import BaselineCounts, CountTable
from turncast.config import NetworkConfig, TrainConfig
from turncast.corpus import Corpus
from turncast.errors import ConfigError
from turncast.layouts import Actions
from turncast.policy import Policy
from turncast.vocabulary import ActionSpace

WEIGHTS = (0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""The weights that `auto` tries."""


def check_count_table(network: NetworkConfig, config: TrainConfig) -> None:
    """Raise ConfigError for a count table with a layout that predicts all actions from the first turn.

    A count table has one distribution per case, not one per future turn.
    """
    if config.count_table != "off" and network.layout_row.first_turn_only:
        raise ConfigError(
            f"setting 'count_table' is {config.count_table!r}; {network.layout} takes no table, leave it off"
        )


def add_count_table(policy: Policy, counts: BaselineCounts, dev: Corpus, setting: float | str) -> Policy:
    """Return the policy with a count table of this weight; without one where the weight is 0.

    The counts fit the training part too well to be evaluated on it, so `auto` chooses the weight on the dev
    part.

    Args:
        policy: without a table.
        counts: of the training part.
        dev: the dev part.
        setting: `off`, `auto` or a weight.
    """
    if setting == "off":
        return policy
    weight = 1.0 if isinstance(setting, str) else setting
    table = CountTable.from_counts(counts, policy.baselines, policy.space, weight)
    if isinstance(setting, str):
        table = replace(table, weight=best_weight(policy, table, dev))
    return replace(policy, table=table) if table.weight else policy


def best_weight(policy: Policy, table: CountTable, dev: Corpus) -> float:
    """Return the weight with most decisions of the dev part right; among equals that of the least log loss.

    A decision with an unknown action is wrong at any weight.
    """
    tallies, layout = [_Tally() for _ in WEIGHTS], policy.config.layout_row
    for dialogue in dev:
        example, predictions = layout.example(dialogue), policy.predict(dialogue)
        for (turn, previous, true), prediction in zip(example.decisions, predictions, strict=True):
            counts = table.distribution(turn, previous)
            for weight, tally in zip(WEIGHTS, tallies, strict=True):
                tally.add(policy.space, (1 - weight) * prediction.probabilities + weight * counts, true)
    merits = [(tally.right, -tally.loss, -weight) for weight, tally in zip(WEIGHTS, tallies, strict=True)]
    return WEIGHTS[merits.index(max(merits))]


@dataclass(slots=True)
class _Tally:
    """The right decisions and the summed log loss at one weight."""

    right: int = 0
    loss: float = 0.0

    def add(self, space: ActionSpace, probabilities: NDArray[np.float32], true: Actions) -> None:
        known = [action for action in true if action in space]
        if len(known) < len(true):
            return
        bits = space.bits(known).astype(bool)
        self.right += bool((space.decide(probabilities) == bits).all())
        self.loss += _loss(probabilities, bits, space.multi)


def _loss(probabilities: NDArray[np.float32], true: NDArray[np.bool_], multi: bool) -> float:
    """Return the cross-entropy of one decision."""
    right = probabilities[true] if not multi else np.where(true, probabilities, 1 - probabilities)
    return float(-np.log(np.maximum(right, 1e-9)).sum())
