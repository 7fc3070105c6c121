"""A trained policy: it steps through dialogues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.dialogue import Dialogue, Turn
from turncast.errors import ModelError
from turncast.features import Memory
from turncast.features.responses.slot_sources import NO_SOURCES, SlotSources
from turncast.html import html_table
from turncast.layouts import Actions
from turncast.policy.artifacts import PolicyParts
from turncast.policy.decision import tempered
from turncast.policy.folder import read_folder, write_folder
from turncast.policy.known_inputs import KnownInputs
from turncast.policy.onnx_file import OnnxFile, write_onnx
from turncast.policy.prediction import Prediction, ResponseTexts
from turncast.rules import CompiledRules, RuleMemory
from turncast.runtime import Ensemble, NumpyNetwork, State, make_network
from turncast.runtime.weights import apply_temperature


@dataclass(frozen=True, slots=True)
class PolicyState:
    """The state of a dialogue: the memory of the network, of the encoder and of the rules."""

    network: State
    memory: Memory
    rules: RuleMemory | None = None

    @property
    def previous(self) -> Actions | None:
        """The actions that were committed last; None before the first turn."""
        return self.memory.previous_actions

    def committed(self, actions: tuple[str, ...], response: str | None = None) -> PolicyState:
        """Return the state after these actions were really taken, with this response."""
        return PolicyState(self.network, self.memory.committed(actions, response), self.rules)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Policy(PolicyParts):
    """A trained model. It holds no conversation: a state goes in, and a new state comes out.

    Attributes:
        texts: the texts of the actions.
        inputs: what the policy can use of a turn; `inputs.warnings(turn)` names what it cannot use.
    """

    texts: ResponseTexts = field(init=False, repr=False)
    inputs: KnownInputs = field(init=False, repr=False)
    _network: NumpyNetwork | Ensemble = field(init=False, repr=False)
    _compiled_rules: CompiledRules | None = field(init=False, repr=False)
    _digest: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        # One network has the temperature in its weights; several, or a count table, get it afterwards.
        temperature = self.decision.temperature if self._has_tempered_weights else 1.0
        weights = apply_temperature(self.weights, temperature)
        network = make_network(self.config, weights, self.space.multi, self.members)
        object.__setattr__(self, "_network", network)
        inputs = KnownInputs.from_parts(self.encoder, self.rules, self.card.corpus)
        object.__setattr__(self, "inputs", inputs)
        object.__setattr__(
            self, "texts", ResponseTexts(self.encoder.responder, self.responses, self.set_responses)
        )
        object.__setattr__(
            self, "_compiled_rules", CompiledRules(self.rules, self.space) if self.rules else None
        )

    def __repr__(self) -> str:
        """Return the network and the training part in one line."""
        return f"Policy({', '.join(text for _, text in self._described())})"

    def _repr_html_(self) -> str:
        """Return the network and the training part as a table, for notebooks."""
        return html_table("Policy", self._described())

    def _described(self) -> list[tuple[str, str]]:
        config, corpus = self.config, self.card.corpus
        kind = f"{config.cell} " if config.layout_row.memory else ""
        rows = [
            ("layout", config.layout),
            (
                "network",
                f"{config.layers} x {kind}{config.units}" if config.layers > 1 else f"{kind}{config.units}",
            ),
            ("input", f"{self.encoder.width:,} bits"),
            ("output", f"{len(self.space):,} {config.layout_row.answer}s"),
            ("weights", f"{sum(weights.size for weights in self.weights.values()):,} weights"),
        ]
        if {"name", "dialogues"} <= corpus.keys():
            rows.append(("trained on", f"trained on {corpus['name']} ({corpus['dialogues']:,} dialogues)"))
        return rows

    @property
    def _has_tempered_weights(self) -> bool:
        return self.members == 1 and self.table is None

    @property
    def digest(self) -> str:
        """A hash of all that a state depends on: a policy can continue from states of the same digest."""
        if not self._digest:  # computed on first use: a process that only steps does not wait for it
            object.__setattr__(self, "_digest", self.compute_digest())
        return self._digest

    def check(self, where: str) -> None:
        """Check that the parts fit each other.

        Raises:
            ModelError: for weights of other widths than those of the encoder and the action space.
        """
        for given, expected, what in (
            (self._network.num_features, self.encoder.width, "input bits"),
            (self._network.num_tokens, self.encoder.num_tokens, "tokens"),
            (self._network.num_actions, len(self.space), "actions"),
        ):
            if given != expected:
                problem = f"the weights are made for {given} {what}, the model names {expected}"
                raise ModelError(f"{where}: {problem}; the files are not of one model")

    def start(self) -> PolicyState:
        """Return the state before the first turn."""
        return PolicyState(
            self._network.start(),
            self.encoder.start(),
            self._compiled_rules.start() if self._compiled_rules else None,
        )

    def step(self, state: PolicyState, turn: Turn) -> tuple[Prediction, PolicyState]:
        """Predict one turn from its user text and facts.

        Args:
            state: the state of the dialogue.
            turn: what the system reads now. Its actions and response do not change the prediction: the new
                state takes them as committed. In use they are not known yet; give them afterwards with
                `PolicyState.committed`.

        Returns:
            The prediction and the state after the turn.
        """
        encoded, memory = self.encoder.encode(turn, state.memory)
        probabilities, network = self._network.step(state.network, encoded.bits, encoded.tokens)
        return self._after_network(probabilities, turn, state, network, memory)

    def step_many(
        self, states: Sequence[PolicyState], turns: Sequence[Turn]
    ) -> list[tuple[Prediction, PolicyState]]:
        """Predict one turn of each of many conversations, in one batch where that is faster.

        Args:
            states: the state of each conversation.
            turns: what the system reads now in each; see `step`.

        Returns:
            The result of `step` for each conversation, equal to 1e-6.
        """
        encoded = [self.encoder.encode(turn, state.memory) for turn, state in zip(turns, states, strict=True)]
        inputs = [(one.bits, one.tokens) for one, _ in encoded]
        stepped = self._network.step_many([state.network for state in states], inputs)
        return [
            self._after_network(probabilities, turn, state, network, memory)
            for (probabilities, network), (_, memory), turn, state in zip(
                stepped, encoded, turns, states, strict=True
            )
        ]

    def steps(
        self, turns: Iterable[Turn], state: PolicyState | None = None
    ) -> Iterator[tuple[Prediction, PolicyState]]:
        """Yield the prediction of each turn and the state after it, with the turns' actions as committed.

        Args:
            turns: the turns, with the actions really taken.
            state: the state before them; that of a new dialogue where None.
        """
        state = self.start() if state is None else state
        for turn in turns:
            prediction, state = self.step(state, turn)
            yield prediction, state

    def _after_network(
        self,
        probabilities: NDArray[np.float32],
        turn: Turn,
        state: PolicyState,
        network: State,
        memory: Memory,
    ) -> tuple[Prediction, PolicyState]:
        """Return the prediction and the state after a turn, from the network's probabilities and state."""
        prediction = self._prediction(self._mixed(probabilities, turn, state), memory.slot_sources)
        if self._compiled_rules is None or state.rules is None:
            return prediction, PolicyState(network, memory)
        refused, rule_memory = self._compiled_rules.refuse(turn, state.previous, state.rules)
        return prediction.refusing(refused), PolicyState(network, memory, rule_memory)

    def _mixed(
        self, probabilities: NDArray[np.float32], turn: Turn, state: PolicyState
    ) -> NDArray[np.float32]:
        """Return the probabilities mixed with the count table, and with the temperature where it is due."""
        if self._has_tempered_weights:
            return probabilities
        if self.table is not None:
            probabilities = self.table.mix(probabilities, turn, state.previous)
        if self.decision.temperature == 1:
            return probabilities
        return tempered(probabilities, self.decision.temperature, self.space.multi).astype(np.float32)

    def _prediction(
        self, probabilities: NDArray[np.float32], slot_sources: SlotSources = NO_SOURCES
    ) -> Prediction:
        ahead: tuple[Prediction, ...] = ()
        if probabilities.ndim > 1:
            probabilities, *others = probabilities
            ahead = tuple(Prediction(row, self.space, decision=self.decision) for row in others)
        return Prediction(
            probabilities=probabilities,
            space=self.space,
            ahead=ahead,
            decision=self.decision,
            texts=self.texts,
            slot_sources=slot_sources,
        )

    def for_error(self, max_error: float) -> Policy:
        """Return the policy that abstains where that keeps the share of wrong answers to `max_error`.

        The threshold comes from the dev part of its training; see `Decision.for_error`.

        Raises:
            ConfigError: for a share that is not above 0 and at most 1, or a policy without a risk curve.
        """
        return replace(self, decision=self.decision.for_error(max_error))

    def predict(self, dialogue: Dialogue) -> list[Prediction]:
        """Predict a recorded dialogue, each turn after the actions really taken before it.

        Returns:
            A prediction for each decision of the layout: one per turn; with `many-to-one` the outcome alone;
            with `one-to-many` one per turn and one for the end of the dialogue.
        """
        layout = self.config.layout_row
        turns = layout.turns_read(dialogue)
        if layout.first_turn_only:
            turns = turns * (len(dialogue) + 1)  # the network reads the first one only
        predictions = [prediction for prediction, _ in self.steps(turns)]
        return predictions[-1:] if layout.last_turn_only else predictions

    def save(self, path: str | Path, *, force: bool = False, report: str | None = None) -> Path:
        """Save the policy as a folder; an older policy there is replaced completely, or not at all.

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
        """Load a saved policy; this needs neither Keras nor JAX.

        Args:
            path: the folder.
            vectors: the path of the vectors that it was trained with; by default where they were then.

        Raises:
            ModelError: for an incomplete or altered folder, an unknown format, and vectors that are missing
                or not the same.
            MissingExtra: where the library for its tokens or vectors is not installed.
        """
        parts = read_folder(Path(path), vectors)
        policy = cls(**{field.name: getattr(parts, field.name) for field in fields(parts)})
        policy.check(str(path))
        return policy
