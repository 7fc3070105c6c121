"""The parts of a policy, which its folder holds."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from turncast.baselines import Baselines, CountTable, Histories
from turncast.config import EncoderConfig, NetworkConfig, TrainConfig
from turncast.features import TurnEncoder
from turncast.policy.decision import DEFAULT_DECISION, Decision
from turncast.rules import NO_RULES, Rules
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class Card:
    """How a policy was made.

    Attributes:
        corpus: name, fingerprint, dialogues and turns of the training part.
        train: the settings of the training.
        encoder: the settings of the encoder.
        metrics: one record per epoch.
        interrupted: whether the training was stopped early.
        versions: of the libraries that made it.
        parent: digest and corpus of the policy that it grew from; None without one.
    """

    corpus: Mapping[str, Any]
    train: TrainConfig
    encoder: EncoderConfig
    metrics: tuple[Mapping[str, Any], ...] = ()
    interrupted: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)
    parent: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class PolicyParts:
    """The parts of a policy.

    Attributes:
        encoder: turns -> bits and tokens.
        space: the actions.
        config: the architecture of the network.
        weights: the weights of the network, by name; those of several networks are stacked, (k, ...) each.
        baselines: the tables of the baselines, counted on the training part.
        responses: action -> its most frequent response in the training part.
        set_responses: several actions, in order of name -> their most frequent response together.
        card: how the policy was made.
        histories: hashes of the histories of the training part.
        decision: how probabilities become actions.
        members: k, the number of networks; the policy predicts the mean of their probabilities.
        table: the count table that is mixed into each prediction; None without one.
        rules: what is allowed, forbidden and forced.
    """

    encoder: TurnEncoder
    space: ActionSpace
    config: NetworkConfig
    weights: Mapping[str, NDArray[np.float32]]
    baselines: Baselines
    responses: Mapping[str, str]
    card: Card
    histories: Histories
    decision: Decision = DEFAULT_DECISION
    members: int = 1
    table: CountTable | None = None
    rules: Rules = NO_RULES
    set_responses: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def weights_file(self) -> bytes:
        """Return the weights as safetensors."""
        # safetensors writes the memory as it lies, whatever the strides.
        return safetensors.numpy.save({name: np.asarray(a, order="C") for name, a in self.weights.items()})

    def compute_digest(self) -> str:
        """Return the SHA-256 of all that the state of a conversation depends on, as hex digits."""
        encoder = self.encoder.to_json()
        for block in encoder["blocks"]:
            block.pop("path", None)  # of vectors: another path to the same ones changes nothing
        described = {
            "encoder": encoder,
            "actions": [list(self.space), self.space.multi, self.space.may_be_empty],
            "network": self.config.model_dump(),
            "rules": self.rules.to_json(),
        }
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
        digest.update(self.weights_file())
        return digest.hexdigest()
