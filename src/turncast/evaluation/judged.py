"""One dialogue, judged: what was true, what was predicted, and what the policy does when left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from turncast.dialogue import Dialogue, Turn
from turncast.layouts import Actions, Example
from turncast.policy import Policy, Prediction


@dataclass(frozen=True, slots=True)
class Judged:
    """A dialogue whose N decisions were judged.

    Attributes:
        dialogue: the dialogue.
        example: what the policy reads of it, and should answer.
        true: N, the actions really taken.
        predictions: N, each after the actions really taken before it (teacher forcing).
        predicted: N, the actions of the predictions.
        right: N, whether the predicted set is the true set.
        free: N, the actions that the policy takes when its own are fed back; None where the layout looks at
            no actions of its own, or no free run was wished.
        free_right: N, whether these are the true set.
    """

    dialogue: Dialogue
    example: Example
    true: tuple[Actions, ...]
    predictions: tuple[Prediction, ...]
    predicted: tuple[Actions, ...]
    right: tuple[bool, ...]
    free: tuple[Actions, ...] | None
    free_right: tuple[bool, ...] | None


class Collector(Protocol):
    """Collects what is wanted of the judged dialogues."""

    def add(self, judged: Judged) -> None:
        """Take in a judged dialogue."""
        ...


def judge(policy: Policy, dialogue: Dialogue, *, free: bool = True) -> Judged:
    """Judge a policy on a dialogue, teacher-forced and free-running.

    Until its first error a policy that runs freely sees what it sees in teacher forcing; so a dialogue that
    is right throughout is stepped once, any other twice, or once without the free run.
    """
    layout = policy.config.layout_row
    example = layout.example(dialogue)
    predictions = tuple(policy.predict(dialogue))
    true = tuple(row[0] for row in example.targets)
    predicted = tuple(prediction.actions for prediction in predictions)
    right = _right(true, predicted)
    taken = None
    if free and layout.acts_at_every_turn:
        taken = predicted if all(right) else free_run(policy, example.turns)
    free_right = None if taken is None else _right(true, taken)
    return Judged(dialogue, example, true, predictions, predicted, right, taken, free_right)


def free_run(policy: Policy, turns: Sequence[Turn]) -> tuple[Actions, ...]:
    """Return the actions that a policy takes at each turn when its own actions are fed back, as when live.

    The users' texts and the facts are the recorded ones: what a user would have said after another action,
    nobody knows. What the system said is known where its actions are those of the record. Actions that the
    policy cannot be told of, as the end of a dialogue, are not fed back.
    """
    state, taken = policy.start(), []
    for turn in turns:
        prediction, state = policy.step(state, Turn(turn.user, facts=turn.facts))
        actions = prediction.actions
        known = tuple(action for action in actions if action in policy.encoder.actions)
        state = state.committed(known, turn.response if set(actions) == set(turn.actions) else None)
        taken.append(actions)
    return tuple(taken)


def _right(true: Sequence[Actions], predicted: Sequence[Actions]) -> tuple[bool, ...]:
    return tuple(set(one) == set(other) for one, other in zip(true, predicted, strict=True))
