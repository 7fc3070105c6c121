"""Why a policy predicts what it predicts: what is left out in turn, and what it then predicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from rich.console import Group
from rich.table import Table
from rich.text import Text

from turncast.candidates import without_candidates
from turncast.dialogue import Turn, value_name
from turncast.errors import ConfigError, NoTurn, UnknownAction
from turncast.features.text.words import without_word, words
from turncast.policy import Policy, PolicyState, Prediction

_MOST_SIGNS = 40  # of a user's text in the table


@dataclass(frozen=True, slots=True)
class Removal:
    """What a policy predicts where one thing is left out.

    Attributes:
        kind: what was left out: a `block` of the input at this turn, a `word` or a `fact` of this turn, or an
            earlier `turn`, as if it had never been.
        name: which one.
        probability: of the explained action, without it.
        actions: what is predicted without it.
    """

    kind: Literal["block", "word", "fact", "turn"]
    name: str
    probability: float
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What changed one prediction most.

    Attributes:
        turn: which turn was predicted, counted from 1.
        user: what the user said at that turn.
        actions: what is predicted.
        action: whose probability is followed.
        probability: of that action, with all there is.
        removals: everything that was left out in turn, what changed the probability most first.
    """

    turn: int
    user: str | None
    actions: tuple[str, ...]
    action: str
    probability: float
    removals: tuple[Removal, ...]

    def to_json(self) -> dict[str, Any]:
        """Return all as plain values."""
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

    def table(self, top: int = 10) -> Group:
        """Return the first rows as a table; the last column is empty where the same is predicted."""
        said = f"turn {self.turn}, {self.user!r}" if self.user else f"turn {self.turn}, no user text"
        title = Text(f"{said}: {_named(self.actions)}")
        table = Table("left out", "", "with", "without", "difference", "then predicted", title=title)
        table.title_justify = "left"
        for column in table.columns[2:5]:
            column.justify = "right"
        for removal in self.removals[:top]:
            table.add_row(
                removal.kind,
                Text(removal.name),
                f"{self.probability:.3f}",
                f"{removal.probability:.3f}",
                f"{self.probability - removal.probability:+.3f}",
                Text("" if removal.actions == self.actions else _named(removal.actions)),
            )
        return Group(table, Text(f"with, without: the probability of {self.action}"))


def explain_prediction(policy: Policy, turns: Sequence[Turn], action: str | None = None) -> Explanation:
    """Say what changed the prediction of a turn most, by leaving out one thing after the other.

    Every figure is what the policy itself gives for the dialogue without that thing; nothing is approximated.
    Where a word is left out, all its places in the turn are; an earlier turn is left out with its actions.
    What is left out alone may change nothing and yet matter: where two say the same, either suffices.

    Args:
        policy: the trained policy.
        turns: the dialogue so far; the last is explained, the actions of the others were committed.
        action: whose probability to follow; the most probable one when not given.

    Raises:
        NoTurn: where there is no turn.
        UnknownAction: for an action that the policy does not know.
        ConfigError: for a policy that reads the first turn only, and predicts the whole course from it.

    >>> import turncast
    >>> corpus = turncast.simulate(dialogues=40, seed=1)
    >>> policy = turncast.train(corpus, config=turncast.TrainConfig(epochs=1))
    >>> found = explain_prediction(policy, [Turn("hello", ["greet"]), Turn("a cheap table")])
    >>> sorted((removal.kind, removal.name) for removal in found.removals if removal.kind != "block")
    [('turn', "1: 'hello'"), ('word', 'a'), ('word', 'cheap'), ('word', 'table')]
    """
    layout = policy.config.layout_row
    if layout.first_turn_only:
        problem = f"{layout.name} foresees all from the first turn"
        raise ConfigError(f"{problem}; explain a policy of another layout")
    if not turns:
        raise NoTurn(1, 0)
    *before, turn = turns
    state, *shortened = _stepped(policy, before)
    altered = list(_altered(turn))
    asked = [turn, *(one for _, _, one in altered), *[turn] * len(before)]
    states = [state] * (1 + len(altered)) + shortened
    whole, *predictions = [prediction for prediction, _ in policy.step_many(states, asked)]
    action = whole.top(1)[0][0] if action is None else action
    if action not in policy.space:
        raise UnknownAction(action, policy.space)
    names: list[tuple[Any, str]] = [(kind, name) for kind, name, _ in altered]
    names += [("turn", _turn_name(number, one)) for number, one in enumerate(before, start=1)]
    removals = [
        _removal(kind, name, prediction, action)
        for (kind, name), prediction in zip(names, predictions, strict=True)
    ]
    for piece in policy.encoder.input_names:
        silenced = replace(policy, encoder=policy.encoder.ablate(piece))
        removals.append(_removal("block", piece, silenced.step(state, turn)[0], action))
    probability = whole.probability_of(action)
    removals.sort(key=lambda removal: -abs(probability - removal.probability))
    return Explanation(len(turns), turn.user, whole.actions, action, probability, tuple(removals))


def _stepped(policy: Policy, turns: Sequence[Turn]) -> list[PolicyState]:
    """Return the state after all turns, and then those after all but the first, all but the second, ..."""
    states = [policy.start()]
    for turn in turns:
        stepped = policy.step_many(states, [turn] * len(states))
        states = [*(after for _, after in stepped), states[0]]
    return states


def _altered(turn: Turn) -> Iterator[tuple[Literal["word", "fact"], str, Turn]]:
    """Yield the turn without each of its words, and without each of its facts."""
    said = turn.user or ""
    for word in dict.fromkeys(words(said)):
        yield "word", word, replace(turn, user=without_word(said, word) or None)
    for name, value in without_candidates(turn.facts).items():
        left_facts = {other: turn.facts[other] for other in turn.facts if other != name}
        yield "fact", f"{name}={value_name(value)}", replace(turn, facts=left_facts)


def _removal(kind: Any, name: str, prediction: Prediction, action: str) -> Removal:
    return Removal(kind, name, prediction.probability_of(action), prediction.actions)


def _turn_name(number: int, turn: Turn) -> str:
    said = turn.user or ""
    short = said if len(said) <= _MOST_SIGNS else said[: _MOST_SIGNS - 3] + "..."
    return f"{number}: {short!r}" if short else f"{number}: {_named(turn.actions)}"


def _named(actions: Sequence[str]) -> str:
    return ", ".join(actions) or "(nothing)"
