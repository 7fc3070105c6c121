"""What a policy is made of, and what its folder holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from turncast.baselines import Baselines, CountTable, Histories
from turncast.config import EncoderConfig, NetworkConfig, TrainConfig
from turncast.features import TurnEncoder
from turncast.policy.decision import AS_IT_IS, Decision
from turncast.rules import NO_RULES, Rules
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class Card:
    """How a policy came about.

    Attributes:
        corpus: name, fingerprint, dialogues and turns of the training part.
        metrics: one record an epoch.
        interrupted: whether the training was stopped before its end.
        versions: of what made it.
        parent: digest and corpus of the policy that it grew from.
    """

    corpus: Mapping[str, Any]
    train: TrainConfig
    encoder: EncoderConfig
    metrics: tuple[Mapping[str, Any], ...] = ()
    interrupted: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The parts of a policy.

    Attributes:
        encoder: turns what the system sees into bits.
        space: the actions that it knows.
        config: the network's shape.
        weights: the network's weights, by name; of several networks stacked, (k, ...) each.
        baselines: the tables of the baselines, counted on the same training part.
        responses: each action's most frequent surface text in the training part.
        card: how the policy came about.
        histories: what was seen in the training part; None where an older turncast made the policy.
        decision: how probabilities become what is done.
        members: k, how many networks of one shape answer together, with the mean of their probabilities.
        table: of counts, which has a share in each prediction; None where it has none.
        rules: what may, may not and must be done.
    """

    encoder: TurnEncoder
    space: ActionSpace
    config: NetworkConfig
    weights: Mapping[str, NDArray[np.float32]]
    baselines: Baselines
    responses: Mapping[str, str]
    card: Card
    histories: Histories | None = None
    decision: Decision = AS_IT_IS
    members: int = 1
    table: CountTable | None = None
    rules: Rules = NO_RULES

    def weights_file(self) -> bytes:
        """Return the weights as safetensors, which writes memory as it lies: so each in C order."""
        return safetensors.numpy.save({name: np.asarray(a, order="C") for name, a in self.weights.items()})
