"""Tallies: each counts one thing over the judged dialogues, and returns the figures at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from turncast.baselines import Baselines
from turncast.evaluation.judged import Judged
from turncast.layouts import Actions
from turncast.metrics import Fraction
from turncast.vocabulary import ActionSpace

Result = TypeVar("Result", covariant=True)
Key = TypeVar("Key", bound=Hashable)

TOP_K = (1, 3, 5)


class Tally(Protocol[Result]):
    """Counts over judged dialogues."""

    def add(self, judged: Judged) -> None:
        """Count one more dialogue."""
        ...

    def result(self) -> Result:
        """Return the figures over all dialogues added so far."""
        ...


@dataclass(slots=True)
class FractionTally(Generic[Key]):
    """Counts events by key, and how many of them hold.

    Attributes:
        events: returns the events of a judged dialogue: pairs of a key, and whether the event holds.
        keys: keys that the result has first and in this order, even without any event.

    >>> tally = FractionTally(lambda judged: [("a", True), ("b", True), ("b", False)], keys=("c",))
    >>> tally.add(None)
    >>> {key: str(fraction) for key, fraction in tally.result().items()}
    {'c': 'none (0 of 0)', 'a': '100.0% (1 of 1)', 'b': '50.0% (1 of 2)'}
    """

    events: Callable[[Judged], Iterable[tuple[Key, bool]]]
    keys: Iterable[Key] = ()
    _held: Counter[Key] = field(default_factory=Counter)
    _all: Counter[Key] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """Count the events of one more dialogue."""
        for key, holds in self.events(judged):
            self._all[key] += 1
            self._held[key] += holds

    def result(self) -> dict[Key, Fraction]:
        """Return key -> events that hold, of all events with this key."""
        return {
            key: Fraction(self._held[key], self._all[key]) for key in dict.fromkeys((*self.keys, *self._all))
        }


def answer_events(judged: Judged) -> Iterator[tuple[Actions, bool]]:
    """Yield the true actions of each decision, in order of name, and whether the decision is right."""
    for true, right in zip(judged.true, judged.right, strict=True):
        yield tuple(sorted(true)), right


def exact_response_events(judged: Judged) -> Iterator[tuple[str, bool]]:
    """Yield, for each turn with a recorded response, whether the policy acts and speaks exactly as recorded.

    White space between words counts as one blank, and at the ends as none. Each turn must be a decision.
    """
    for turn, right, prediction in zip(judged.dialogue, judged.right, judged.predictions, strict=True):
        if turn.response is not None:
            yield "exact", right and (prediction.response or "").split() == turn.response.split()


def floor_events(baselines: Baselines) -> Callable[[Judged], Iterator[tuple[str, bool]]]:
    """Return a function that yields the name of each floor, and whether it is right, for each decision."""

    def events(judged: Judged) -> Iterator[tuple[str, bool]]:
        for turn, previous, true in judged.example.decisions:
            for name, predicted in baselines.predict(turn, previous).items():
                yield name, set(predicted) == set(true)

    return events


def horizon_events(judged: Judged) -> Iterator[tuple[int, bool]]:
    """Yield how many decisions ahead a predicted action is (0 is this turn), and whether it is right."""
    for row, prediction in zip(judged.example.targets, judged.predictions, strict=True):
        for step, (true, one) in enumerate(zip(row, (prediction, *prediction.ahead), strict=True)):
            yield step, set(true) == set(one.actions)


def top_k_events(judged: Judged) -> Iterator[tuple[int, bool]]:
    """Yield k, and whether all true actions are among the k most probable, for each decision.

    With several true actions as many are counted as there are, where these are more than k. A decision
    without any true action counts as right where none is predicted.
    """
    for true, prediction, right in zip(judged.true, judged.predictions, judged.right, strict=True):
        ranked = [action for action, _ in prediction.top(max(*TOP_K, len(true)))]
        for k in TOP_K:
            yield k, set(true) <= set(ranked[: max(k, len(true))]) if true else right


def unknown_events(space: ActionSpace) -> Callable[[Judged], Iterator[tuple[str, bool]]]:
    """Return a function that yields whether a true action is unknown to the policy, for each decision."""

    def events(judged: Judged) -> Iterator[tuple[str, bool]]:
        for true in judged.true:
            yield "unknown", any(action not in space for action in true)

    return events
