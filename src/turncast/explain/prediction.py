"""Explain a prediction by leaving out one part of the input after the other (occlusion)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from turncast.candidates import without_candidates
from turncast.dialogue import Turn, value_name
from turncast.errors import ConfigError, NoTurn, UnknownAction
from turncast.features.text.words import without_word, words
from turncast.policy import Policy, PolicyState, Prediction
from turncast.vocabulary import join_actions

_MOST_CHARACTERS = 40  # of a user's text in the table


@dataclass(frozen=True, slots=True)
class Removal:
    """What a policy predicts without one part of its input.

    Attributes:
        kind: what was left out: a `block` of the input at this turn, a `word` or a `fact` of this turn, or an
            earlier `turn`, as if it had not taken place.
        name: the name of that part.
        probability: the probability of the explained action without it.
        actions: the predicted actions without it.
    """

    kind: Literal["block", "word", "fact", "turn"]
    name: str
    probability: float
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Which parts of the input changed one prediction most.

    Attributes:
        turn: the number of the predicted turn, from 1.
        user: the user's text at that turn.
        actions: the predicted actions.
        action: the action whose probability is explained.
        probability: the probability of that action with the whole input.
        removals: each part that was left out, the largest change of the probability first.
    """

    turn: int
    user: str | None
    actions: tuple[str, ...]
    action: str
    probability: float
    removals: tuple[Removal, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as JSON values."""
        return {
            "turn": self.turn,
            "user": self.user,
            "actions": list(self.actions),
            "action": self.action,
            "probability": self.probability,
            "removals": [
                {
                    "kind": removal.kind,
                    "name": removal.name,
                    "without": removal.probability,
                    "difference": self.probability - removal.probability,
                    "actions": list(removal.actions),
                }
                for removal in self.removals
            ],
        }


def explain_prediction(policy: Policy, turns: Sequence[Turn], action: str | None = None) -> Explanation:
    """Explain the prediction of a turn, by leaving out one part of the input after the other.

    Every probability is what the policy predicts for the dialogue without that part; nothing is approximated.
    A word is left out at all its places in the turn; an earlier turn is left out with its actions. Where two
    parts carry the same information, leaving out either of them may change nothing.

    Args:
        policy: the trained policy.
        turns: the dialogue so far; the last is explained, the actions of the others were committed.
        action: the action whose probability to explain; the most probable one when not given.

    Raises:
        NoTurn: without any turn.
        UnknownAction: for an action that the policy does not know.
        ConfigError: for a policy that reads the first turn only, and predicts all actions from it.

    >>> import turncast
    >>> corpus = turncast.simulate(dialogues=40, seed=1)
    >>> policy = turncast.train(corpus, config=turncast.TrainConfig(epochs=1))
    >>> explanation = explain_prediction(policy, [Turn("hello", ["greet"]), Turn("a cheap table")])
    >>> sorted((removal.kind, removal.name) for removal in explanation.removals if removal.kind != "block")
    [('turn', "1: 'hello'"), ('word', 'a'), ('word', 'cheap'), ('word', 'table')]
    """
    layout = policy.config.layout_row
    if layout.first_turn_only:
        problem = f"{layout.name} predicts everything from the first turn"
        raise ConfigError(f"{problem}; explain a policy of another layout")
    if not turns:
        raise NoTurn(1, 0)
    *before, turn = turns
    state, *shortened = _states_without_each(policy, before)
    altered = list(_without_parts(turn))
    stepped_turns = [turn, *(variant for _, _, variant in altered), *[turn] * len(before)]
    states = [state] * (1 + len(altered)) + shortened
    full, *predictions = [prediction for prediction, _ in policy.step_many(states, stepped_turns)]
    action = full.top(1)[0][0] if action is None else action
    if action not in policy.space:
        raise UnknownAction(action, policy.space)
    names: list[tuple[Any, str]] = [(kind, name) for kind, name, _ in altered]
    names += [("turn", _turn_name(number, earlier)) for number, earlier in enumerate(before, start=1)]
    removals = [
        _removal(kind, name, prediction, action)
        for (kind, name), prediction in zip(names, predictions, strict=True)
    ]
    for name in policy.encoder.input_names:
        ablated = replace(policy, encoder=policy.encoder.ablate(name))
        removals.append(_removal("block", name, ablated.step(state, turn)[0], action))
    probability = full.probability_of(action)
    removals.sort(key=lambda removal: -abs(probability - removal.probability))
    return Explanation(len(turns), turn.user, full.actions, action, probability, tuple(removals))


def _states_without_each(policy: Policy, turns: Sequence[Turn]) -> list[PolicyState]:
    """Return the state after all turns, then those after all but the first, all but the second, ..."""
    states = [policy.start()]
    for turn in turns:
        stepped = policy.step_many(states, [turn] * len(states))
        states = [*(state for _, state in stepped), states[0]]
    return states


def _without_parts(turn: Turn) -> Iterator[tuple[Literal["word", "fact"], str, Turn]]:
    """Yield the turn without each of its words, and without each of its facts."""
    text = turn.user or ""
    for word in dict.fromkeys(words(text)):
        yield "word", word, replace(turn, user=without_word(text, word) or None)
    for name, value in without_candidates(turn.facts).items():
        other_facts = {other: turn.facts[other] for other in turn.facts if other != name}
        yield "fact", f"{name}={value_name(value)}", replace(turn, facts=other_facts)


def _removal(kind: Any, name: str, prediction: Prediction, action: str) -> Removal:
    return Removal(kind, name, prediction.probability_of(action), prediction.actions)


def _turn_name(number: int, turn: Turn) -> str:
    text = turn.user or ""
    short = text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 3] + "..."
    return f"{number}: {short!r}" if short else f"{number}: {join_actions(turn.actions)}"
