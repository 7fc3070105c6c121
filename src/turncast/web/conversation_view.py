"""A conversation as it is shown: made from its log and the model alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.policy import Policy, Prediction
from turncast.sessions.event import Event, ends_open, turns_from_events

_BARS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """An action with its probability; whether it is what the model takes, and what was done."""

    action: str
    probability: float
    taken: bool
    done: bool


@dataclass(frozen=True, slots=True)
class ToldTurn:
    """A turn as it is shown.

    Attributes:
        number: counted from 1.
        user: what the user said; None where the system acted again.
        facts: what else the system saw.
        bars: the most probable actions, and those that were done.
        choices: every action that can be committed, the most probable first.
        predicted: what the model takes.
        done: what was committed.
        open: whether nothing was committed yet.
        abstains: whether the model is too unsure for what it ranks first to be done.
        said: what was said with it, or else the most frequent response of what was done.
        ahead: what is foreseen for the turns after it.
    """

    number: int
    user: str | None
    facts: Mapping[str, Fact]
    bars: tuple[Bar, ...]
    choices: tuple[Bar, ...]
    predicted: tuple[str, ...]
    done: tuple[str, ...]
    open: bool
    abstains: bool
    said: str
    ahead: tuple[tuple[str, ...], ...]

    @property
    def corrected(self) -> bool:
        """Whether something else was done than the model says."""
        return not self.open and set(self.done) != set(self.predicted)


@dataclass(frozen=True, slots=True)
class Change:
    """What a correction changed at a later turn: the most probable action before and after it."""

    turn: int
    before: tuple[str, float]
    after: tuple[str, float]


@dataclass(frozen=True, slots=True)
class Correction:
    """The correction that was made last.

    Attributes:
        turn: which turn, counted from 1.
        before: what counted as done.
        after: what now counts as done.
        changes: every later turn.
    """

    turn: int
    before: tuple[str, ...]
    after: tuple[str, ...]
    changes: tuple[Change, ...]


def told_turns(policy: Policy, events: Sequence[Event]) -> tuple[ToldTurn, ...]:
    """Return the turns of a conversation, with what the model says of each as it is now."""
    turns, still_open = turns_from_events(events), ends_open(events)
    return tuple(
        _told(policy, number, turn, prediction, still_open and number == len(turns))
        for number, (turn, prediction) in enumerate(zip(turns, replay(policy, turns), strict=True), start=1)
    )


def correction_of(policy: Policy, events: Sequence[Event]) -> Correction | None:
    """Return the correction with which a log ends; None where something else happened last."""
    if not events or events[-1].kind not in ("committed", "overridden"):
        return None
    last, earlier = events[-1], events[:-1]
    if last.kind == "committed" and ends_open(earlier):
        return None  # what was done was said for the first time
    before, after = turns_from_events(earlier), turns_from_events(events)
    pairs = zip(replay(policy, before), replay(policy, after), strict=True)
    changes = tuple(
        Change(number, old.top(1)[0], new.top(1)[0])
        for number, (old, new) in enumerate(pairs, start=1)
        if number > last.turn
    )
    place = last.turn - 1
    return Correction(last.turn, before[place].actions, after[place].actions, changes)


def dialogue_of(id: str, events: Sequence[Event]) -> Dialogue | None:
    """Return the committed turns of a conversation as a training dialogue; None where there are none."""
    turns = turns_from_events(events)
    done = turns[:-1] if ends_open(events) else turns
    return Dialogue(id, done) if done else None


def replay(policy: Policy, turns: Sequence[Turn]) -> list[Prediction]:
    """Return what the model says of each turn, after what was really done before it."""
    state, predictions = policy.start(), []
    for turn in turns:
        prediction, state = policy.step(state, turn)
        predictions.append(prediction)
    return predictions


def _told(policy: Policy, number: int, turn: Turn, prediction: Prediction, still_open: bool) -> ToldTurn:
    taken = prediction.actions
    ranked = tuple(
        Bar(action, probability, action in taken, action in turn.actions)
        for action, probability in prediction.ranked
    )
    known = policy.encoder.actions
    usual = (policy.responses[action] for action in turn.actions if action in policy.responses)
    return ToldTurn(
        number=number,
        user=turn.user,
        facts=turn.facts,
        bars=tuple(bar for place, bar in enumerate(ranked) if place < _BARS or bar.done),
        choices=tuple(bar for bar in ranked if bar.action in known),
        predicted=taken,
        done=turn.actions,
        open=still_open,
        abstains=prediction.abstains,
        said=turn.response or " ".join(usual),
        ahead=tuple(one.actions for one in prediction.ahead),
    )
