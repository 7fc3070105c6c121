"""A trained policy: it steps through dialogues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.dialogue import Dialogue, Turn
from turncast.errors import ModelError
from turncast.features import Memory
from turncast.features.responses.slot_sources import NO_SOURCES, SlotSources
from turncast.layouts import Actions
from turncast.policy.artifacts import Parts
from turncast.policy.decision import tempered
from turncast.policy.digest import digest_of
from turncast.policy.folder import read_folder, write_folder
from turncast.policy.onnx_file import OnnxFile, write_onnx
from turncast.policy.prediction import Prediction
from turncast.policy.response_text import Wording
from turncast.rules import CompiledRules, Kept
from turncast.runtime import Ensemble, NumpyNetwork, State, make_network
from turncast.runtime.weights import apply_temperature


@dataclass(frozen=True, slots=True)
class PolicyState:
    """Where a dialogue stands: the network's memory, the encoder's, and what rules keep."""

    network: State
    memory: Memory
    rules: Kept | None = None

    @property
    def previous(self) -> Actions | None:
        """The actions committed last; None before the first turn."""
        return self.memory.previous_actions

    def committed(self, actions: tuple[str, ...], response: str | None = None) -> PolicyState:
        """Return the state after these actions were really taken, and this was said with them."""
        return PolicyState(self.network, self.memory.committed(actions, response), self.rules)


@dataclass(frozen=True, slots=True, eq=False)
class Policy(Parts):
    """A trained model, made of its parts. It holds no conversation: state in, state out."""

    wording: Wording = field(init=False, repr=False)
    _network: NumpyNetwork | Ensemble = field(init=False, repr=False)
    _bound: CompiledRules | None = field(init=False, repr=False)
    _digest: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        # Of one network the temperature is in the weights; a mean of several, or with counts, has it after.
        temperature = self.decision.temperature if self._is_plain else 1.0
        weights = apply_temperature(self.weights, temperature)
        network = make_network(self.config, weights, self.space.multi, self.members)
        object.__setattr__(self, "_network", network)
        object.__setattr__(self, "wording", Wording(self.encoder.responder, self.responses))
        object.__setattr__(self, "_bound", CompiledRules(self.rules, self.space) if self.rules else None)

    @property
    def _is_plain(self) -> bool:
        return self.members == 1 and self.table is None

    @property
    def digest(self) -> str:
        """A hash of all that a state depends on: policies that share it go on from each other's states."""
        if not self._digest:  # made when first asked for: a process that steps once does not wait for it
            object.__setattr__(self, "_digest", digest_of(self))
        return self._digest

    def check(self, where: str) -> None:
        """Check that the parts fit one another.

        Raises:
            ModelError: with the widths that came and those that were expected.
        """
        for came, expected, what in (
            (self._network.num_features, self.encoder.width, "input bits"),
            (self._network.num_tokens, self.encoder.num_tokens, "tokens"),
            (self._network.num_actions, len(self.space), "actions"),
        ):
            if came != expected:
                problem = f"the weights are made for {came} {what}, the model names {expected}"
                raise ModelError(f"{where}: {problem}; the files are not of one model")

    def start(self) -> PolicyState:
        """Return the state before the first turn."""
        return PolicyState(
            self._network.start(), self.encoder.start(), self._bound.start() if self._bound else None
        )

    def step(self, state: PolicyState, turn: Turn) -> tuple[Prediction, PolicyState]:
        """Predict one turn from its user text and facts.

        Args:
            state: where the dialogue stands.
            turn: what the system sees now. Its actions and response do not change the prediction: they are
                what the new state takes as committed. Live, they are not known yet: `PolicyState.committed`
                says them.

        Returns:
            The prediction and the state after the turn.
        """
        seen, memory = self.encoder.encode(turn, state.memory)
        probabilities, network = self._network.step(state.network, seen.bits, seen.tokens)
        return self._predicted(probabilities, turn, state, network, memory)

    def step_many(
        self, states: Sequence[PolicyState], turns: Sequence[Turn]
    ) -> list[tuple[Prediction, PolicyState]]:
        """Predict one turn of each of many conversations, together where that is quicker.

        Args:
            states: where each conversation stands.
            turns: what the system sees now in each; see `step`.

        Returns:
            What `step` returns, for each conversation; the same to 1e-6.
        """
        encoded = [self.encoder.encode(turn, state.memory) for turn, state in zip(turns, states, strict=True)]
        seen = [(one.bits, one.tokens) for one, _ in encoded]
        stepped = self._network.step_many([state.network for state in states], seen)
        return [
            self._predicted(probabilities, turn, state, network, memory)
            for (probabilities, network), (_, memory), turn, state in zip(
                stepped, encoded, turns, states, strict=True
            )
        ]

    def _predicted(
        self,
        probabilities: NDArray[np.float32],
        turn: Turn,
        state: PolicyState,
        network: State,
        memory: Memory,
    ) -> tuple[Prediction, PolicyState]:
        """Return the prediction and the state after a turn that the network was stepped through."""
        prediction = self._prediction(self._settled(probabilities, turn, state), memory.slot_sources)
        if self._bound is None or state.rules is None:
            return prediction, PolicyState(network, memory)
        refused, kept = self._bound.read(turn, state.previous, state.rules)
        return prediction.refusing(refused), PolicyState(network, memory, kept)

    def _settled(
        self, probabilities: NDArray[np.float32], turn: Turn, state: PolicyState
    ) -> NDArray[np.float32]:
        """Return probabilities with the share of the counts, and the temperature where weights lack it."""
        if self._is_plain:
            return probabilities
        if self.table is not None:
            probabilities = self.table.mixed(probabilities, turn, state.previous)
        if self.decision.temperature == 1:
            return probabilities
        return tempered(probabilities, self.decision.temperature, self.space.multi).astype(np.float32)

    def _prediction(
        self, probabilities: NDArray[np.float32], slot_sources: SlotSources = NO_SOURCES
    ) -> Prediction:
        words = self.wording, slot_sources
        if probabilities.ndim == 1:
            return Prediction(probabilities, self.space, (), self.decision, *words)
        first, *others = probabilities
        ahead = tuple(Prediction(row, self.space, (), self.decision) for row in others)
        return Prediction(first, self.space, ahead, self.decision, *words)

    def for_error(self, max_error: float) -> Policy:
        """Return the policy that abstains as is needed for at most this share of wrong answers.

        The threshold is chosen on the dev part that it was trained with; see `Decision.for_error`.

        Raises:
            ConfigError: for a share that is none, or a policy that was saved without its dev part's errors.
        """
        return replace(self, decision=self.decision.for_error(max_error))

    def predict(self, dialogue: Dialogue) -> list[Prediction]:
        """Predict a recorded dialogue, each turn after the actions really taken before it.

        Returns:
            A prediction for each decision of the layout: as a rule one a turn; with `many-to-one` one, the
            outcome; with `one-to-many` one more than turns, for the dialogue must end as well.
        """
        layout = self.config.layout_row
        turns = layout.turns_read(dialogue)
        if layout.first_turn_only:
            turns = turns * (len(dialogue) + 1)  # after the first, they are not looked at
        state, predictions = self.start(), []
        for turn in turns:
            prediction, state = self.step(state, turn)
            predictions.append(prediction)
        return predictions[-1:] if layout.last_turn_only else predictions

    def save(self, path: str | Path, *, force: bool = False, report: str | None = None) -> Path:
        """Save the policy as a folder; an older policy there is replaced whole, or not at all.

        Args:
            path: the folder.
            force: whether to replace a policy that is there already.
            report: the evaluation report, as JSON, to keep with it.

        Raises:
            OutputExists: where something is in the way.
        """
        return write_folder(self, Path(path), force=force, report=report)

    def export_onnx(self, path: str | Path, *, force: bool = False) -> OnnxFile:
        """Write the network as an ONNX file, for `turncast.runtime.OnnxNetwork` or any other ONNX runtime.

        Args:
            path: the file.
            force: whether to replace a file that is there already.

        Raises:
            OutputExists: where something is in the way.
            ConfigError: for a network that cannot be written: a transformer, or words read in order.
            MissingExtra: where the library that writes ONNX is not installed.
        """
        return write_onnx(self, Path(path), force=force)

    @classmethod
    def load(cls, path: str | Path, *, vectors: str | Path | None = None) -> Policy:
        """Load a saved policy; neither Keras nor JAX is needed.

        Args:
            path: the folder.
            vectors: where the vectors that it was trained with lie now; where they lay when not given.

        Raises:
            ModelError: where the folder is incomplete, altered or of an unknown format, or the vectors are
                not there or not the same.
            MissingExtra: where what it reads words or vectors with is not installed.
        """
        parts = read_folder(Path(path), vectors)
        policy = cls(**{field.name: getattr(parts, field.name) for field in fields(parts)})
        policy.check(str(path))
        return policy
