"""A trained policy: encoder, network, action space."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turnwise.config import EncoderConfig, NetworkConfig, TrainConfig
from turnwise.dialogue import Dialogue, Turn
from turnwise.errors import ModelError
from turnwise.features import Previous, TurnEncoder
from turnwise.floors import Floors
from turnwise.policy.prediction import Prediction
from turnwise.runtime import NumpyNetwork, State
from turnwise.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class PolicyState:
    """Where a dialogue stands: the network's memory, and the actions committed last."""

    network: State
    previous: Previous

    def committed(self, actions: tuple[str, ...]) -> PolicyState:
        """Return the state after these actions were really taken."""
        return PolicyState(self.network, actions)


@dataclass(frozen=True, slots=True)
class Card:
    """How a policy came about.

    Attributes:
        corpus: name, fingerprint, dialogues and turns of the training part.
        metrics: one record an epoch.
        interrupted: whether the training was stopped before its end.
        versions: of what made it.
    """

    corpus: Mapping[str, Any]
    train: TrainConfig
    encoder: EncoderConfig
    metrics: tuple[Mapping[str, Any], ...] = ()
    interrupted: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Policy:
    """A trained model. It holds no conversation: state in, state out.

    Attributes:
        encoder: turns what the system sees into bits.
        space: the actions that it knows.
        config: the network's shape.
        weights: the network's weights, by name.
        floors: the tables of counts learned from the same training part.
        responses: each action's most frequent surface text in the training part.
        card: how the policy came about.
    """

    encoder: TurnEncoder
    space: ActionSpace
    config: NetworkConfig
    weights: Mapping[str, NDArray[np.float32]]
    floors: Floors
    responses: Mapping[str, str]
    card: Card
    _network: NumpyNetwork = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_network", NumpyNetwork(self.config, self.weights, self.space.multi))

    def check(self, where: str) -> None:
        """Check that the parts fit one another.

        Raises:
            ModelError: with the widths that came and those that were expected.
        """
        for came, expected, what in (
            (self._network.num_features, self.encoder.width, "input bits"),
            (self._network.num_actions, len(self.space), "actions"),
        ):
            if came != expected:
                problem = f"the weights are made for {came} {what}, the model names {expected}"
                raise ModelError(f"{where}: {problem}; the files are not of one model")

    def start(self) -> PolicyState:
        """Return the state before the first turn."""
        return PolicyState(self._network.start(), None)

    def step(self, state: PolicyState, turn: Turn) -> tuple[Prediction, PolicyState]:
        """Predict one turn from its user text and facts.

        Args:
            state: where the dialogue stands.
            turn: what the system sees now. Its actions do not change the prediction: they are what the new
                state takes as committed. Live, they are not known yet: `PolicyState.committed` says them.

        Returns:
            The prediction and the state after the turn.
        """
        probabilities, network = self._network.step(state.network, self.encoder.bits(turn, state.previous))
        return Prediction(probabilities, self.space), PolicyState(network, turn.actions)

    def predict(self, dialogue: Dialogue) -> list[Prediction]:
        """Predict every turn of a recorded dialogue, each after the actions really taken before it."""
        state, predictions = self.start(), []
        for turn in dialogue:
            prediction, state = self.step(state, turn)
            predictions.append(prediction)
        return predictions

    def save(self, path: str | Path, *, force: bool = False, report: str | None = None) -> Path:
        """Save the policy as a folder; an older policy there is replaced whole, or not at all.

        Args:
            path: the folder.
            force: whether to replace a policy that is there already.
            report: the evaluation report, as JSON, to keep with it.

        Raises:
            OutputExists: where something is in the way.
        """
        from turnwise.policy.folder import save_policy

        return save_policy(self, Path(path), force=force, report=report)

    @classmethod
    def load(cls, path: str | Path) -> Policy:
        """Load a saved policy; neither Keras nor JAX is needed.

        Raises:
            ModelError: where the folder is incomplete, altered or of an unknown format.
        """
        from turnwise.policy.folder import load_policy

        return load_policy(Path(path))
