"""A conversation as the page displays it, computed from its log and the policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.policy import Policy, Prediction
from turncast.sessions.event import Event, ends_open, turns_from_events

_NUM_BARS = 5


@dataclass(frozen=True, slots=True)
class ActionBar:
    """An action with its probability.

    Attributes:
        action: the action.
        probability: its probability.
        predicted: whether it is among the predicted actions.
        committed: whether it is among the committed actions.
    """

    action: str
    probability: float
    predicted: bool
    committed: bool


@dataclass(frozen=True, slots=True)
class DisplayedTurn:
    """A turn as the page displays it.

    Attributes:
        number: the number of the turn, counted from 1.
        user: the user's text; None where the system acted again.
        facts: the facts of the turn.
        bars: the most probable actions, and the committed ones.
        choices: every action that can be committed, the most probable first.
        predicted: the predicted actions.
        committed: the committed actions.
        is_open: whether nothing is committed yet.
        warnings: what the policy cannot use of the turn.
        abstains: whether the policy abstains.
        response: the text that was said with the committed actions, or that the policy has for them.
        ahead: the predicted actions of the turns after it, for layouts with a horizon.
    """

    number: int
    user: str | None
    facts: Mapping[str, Fact]
    bars: tuple[ActionBar, ...]
    choices: tuple[ActionBar, ...]
    predicted: tuple[str, ...]
    committed: tuple[str, ...]
    is_open: bool
    warnings: tuple[str, ...]
    abstains: bool
    response: str | None
    ahead: tuple[tuple[str, ...], ...]

    @property
    def is_corrected(self) -> bool:
        """Whether the committed actions differ from the predicted ones."""
        return not self.is_open and set(self.committed) != set(self.predicted)


@dataclass(frozen=True, slots=True)
class PredictionChange:
    """How a correction changed the most probable action of a later turn.

    Attributes:
        turn: the number of the later turn, counted from 1.
        before: the most probable action before the correction, and its probability.
        after: the same after the correction.
    """

    turn: int
    before: tuple[str, float]
    after: tuple[str, float]


@dataclass(frozen=True, slots=True)
class Correction:
    """The last correction.

    Attributes:
        turn: the number of the corrected turn, counted from 1.
        before: its committed actions before the correction.
        after: its committed actions after it.
        changes: the changes of all later turns.
    """

    turn: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    changes: tuple[PredictionChange, ...]


def displayed_turns(policy: Policy, events: Sequence[Event]) -> tuple[DisplayedTurn, ...]:
    """Return the turns of a conversation, with the current predictions of the policy."""
    turns, last_is_open = turns_from_events(events), ends_open(events)
    predictions = replay(policy, turns)
    return tuple(
        _displayed(policy, number, turn, prediction, is_open=last_is_open and number == len(turns))
        for number, (turn, prediction) in enumerate(zip(turns, predictions, strict=True), start=1)
    )


def last_correction(policy: Policy, events: Sequence[Event]) -> Correction | None:
    """Return the correction with which a log ends; None where it ends with another event."""
    if not events or events[-1].kind not in ("committed", "overridden"):
        return None
    last, earlier = events[-1], events[:-1]
    if last.kind == "committed" and ends_open(earlier):
        return None  # the first commit of a turn corrects nothing
    before, after = turns_from_events(earlier), turns_from_events(events)
    pairs = zip(replay(policy, before), replay(policy, after), strict=True)
    changes = tuple(
        PredictionChange(number, old.top(1)[0], new.top(1)[0])
        for number, (old, new) in enumerate(pairs, start=1)
        if number > last.turn
    )
    place = last.turn - 1
    return Correction(last.turn, before[place].actions, after[place].actions, changes)


def committed_dialogue(id: str, events: Sequence[Event]) -> Dialogue | None:
    """Return the committed turns of a conversation as a training dialogue; None where there are none."""
    turns = turns_from_events(events)
    committed = turns[:-1] if ends_open(events) else turns
    return Dialogue(id, committed) if committed else None


def replay(policy: Policy, turns: Sequence[Turn]) -> list[Prediction]:
    """Return the prediction of each turn, after the committed actions of the turns before it."""
    return [prediction for prediction, _ in policy.steps(turns)]


def _displayed(
    policy: Policy, number: int, turn: Turn, prediction: Prediction, *, is_open: bool
) -> DisplayedTurn:
    predicted = prediction.actions
    ranked = tuple(
        ActionBar(action, probability, predicted=action in predicted, committed=action in turn.actions)
        for action, probability in prediction.ranked
    )
    return DisplayedTurn(
        number=number,
        user=turn.user,
        facts=turn.facts,
        bars=tuple(bar for place, bar in enumerate(ranked) if place < _NUM_BARS or bar.committed),
        choices=tuple(bar for bar in ranked if bar.action in policy.encoder.actions),
        predicted=predicted,
        committed=turn.actions,
        is_open=is_open,
        warnings=policy.inputs.warnings(turn),
        abstains=prediction.abstains,
        response=turn.response or prediction.response_for(turn.actions),
        ahead=tuple(later.actions for later in prediction.ahead),
    )
