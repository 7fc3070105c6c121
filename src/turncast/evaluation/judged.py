"""One judged dialogue: the true actions, the predictions, and the actions of the free run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn
from turncast.errors import ArgumentError, check_argument, with_article
from turncast.layouts import Actions, Example
from turncast.policy import Policy, Prediction


@dataclass(frozen=True, slots=True)
class Judged:
    """A dialogue whose N decisions were judged.

    Attributes:
        dialogue: the dialogue.
        example: the turns that the policy's layout reads, and the targets.
        true: N, the true actions.
        predictions: N, each with the true previous actions (teacher forcing).
        predicted: N, the actions of the predictions.
        right: N, whether the predicted set equals the true set.
        free: N, the actions predicted where the policy's own actions are fed back; None where the layout
            reads no previous actions, or no free run was requested.
        free_right: N, whether the free actions equal the true set.
    """

    dialogue: Dialogue
    example: Example
    true: tuple[Actions, ...]
    predictions: tuple[Prediction, ...]
    predicted: tuple[Actions, ...]
    right: tuple[bool, ...]
    free: tuple[Actions, ...] | None
    free_right: tuple[bool, ...] | None


def check_judged(corpus: object, progress: object, **policies: object) -> None:
    """Raise ArgumentError where a policy is no policy, the corpus no corpus, or the progress no function."""
    for argument, policy in policies.items():
        cure = "give a Policy, as turncast.Policy.load(folder) returns it"
        check_argument(argument, policy, Policy, cure)
    check_argument("corpus", corpus, Corpus, "give a Corpus, as turncast.read(path) returns it")
    if progress is not None and not callable(progress):
        cure = "give a function that takes the number of decisions so far"
        raise ArgumentError("progress", f"it is {with_article(type(progress).__name__)}", cure)


class Collector(Protocol):
    """Receives the judged dialogues of an evaluation."""

    def add(self, judged: Judged) -> None:
        """Receive one judged dialogue."""
        ...


def judge(policy: Policy, dialogue: Dialogue, *, free: bool = True) -> Judged:
    """Judge a policy on a dialogue, teacher-forced and free-running.

    Until the first error, the free run reads the same inputs as teacher forcing. So a dialogue without errors
    is stepped once, and any other dialogue twice, or once without the free run.

    Args:
        policy: the policy.
        dialogue: the dialogue.
        free: whether to do the free run.
    """
    layout = policy.config.layout_row
    example = layout.example(dialogue)
    predictions = tuple(policy.predict(dialogue))
    true = tuple(row[0] for row in example.targets)
    predicted = tuple(prediction.actions for prediction in predictions)
    right = _right(true, predicted)
    free_actions = None
    if free and layout.acts_at_every_turn:
        free_actions = predicted if all(right) else free_run(policy, example.turns)
    free_right = None if free_actions is None else _right(true, free_actions)
    return Judged(dialogue, example, true, predictions, predicted, right, free_actions, free_right)


def free_run(policy: Policy, turns: Sequence[Turn]) -> tuple[Actions, ...]:
    """Return the actions that a policy takes at each turn when its own actions are fed back, as in live use.

    The users' texts and the facts are the recorded ones, because nobody knows what the user would have said
    after another action. The recorded response is fed back only where the actions equal the recorded ones.
    Actions that are no input, such as the end of a dialogue, are not fed back.
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
