"""Metrics as fractions, which keep the numerator and the denominator."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field


def percent(share: float) -> str:
    """Return a share of 1 as a percentage; only 1 is shown as 100.0%, and only 0 as 0.0%.

    >>> percent(0.934), percent(1), percent(0.9999), percent(0.0004)
    ('93.4%', '100.0%', '99.9%', '0.1%')
    """
    return f"{min(max(share, 0.001), 0.999) if 0 < share < 1 else share:.1%}"


@dataclass(frozen=True, slots=True)
class Fraction:
    """A part of a whole, as counts: 412 of 500.

    >>> str(Fraction(412, 500)), Fraction(0, 0).value
    ('82.4% (412 of 500)', 0.0)
    >>> str(Fraction(0, 0))
    'none (0 of 0)'
    """

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share; 0 of 0 is 0."""
        return self.part / self.whole if self.whole else 0.0

    def __str__(self) -> str:
        share = percent(self.value) if self.whole else "none"
        return f"{share} ({self.part:,} of {self.whole:,})"


@dataclass(frozen=True, slots=True)
class ActionScore:
    """How often one action was taken, predicted, and correctly predicted.

    >>> score = ActionScore(support=4, predicted=2, right=2)
    >>> score.precision, score.recall, round(score.f1, 3)
    (1.0, 0.5, 0.667)
    """

    support: int
    predicted: int
    right: int

    @property
    def precision(self) -> float:
        """The share of its predictions that are right."""
        return Fraction(self.right, self.predicted).value

    @property
    def recall(self) -> float:
        """The share of its true occurrences that are predicted."""
        return Fraction(self.right, self.support).value

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall: 2 * right / (support + predicted)."""
        return Fraction(2 * self.right, self.support + self.predicted).value


@dataclass(slots=True)
class ActionTally:
    """Counts of each action over evaluated turns.

    An action that the policy does not know is never predicted, so its recall is 0.

    >>> tally = ActionTally()
    >>> tally.add_dialogue([(["greet"], ["greet"]), (["book"], ["greet"])])
    >>> tally.micro_f1, tally.actions["greet"]
    (0.5, ActionScore(support=1, predicted=2, right=1))
    """

    _support: Counter[str] = field(default_factory=Counter)
    _predicted: Counter[str] = field(default_factory=Counter)
    _right: Counter[str] = field(default_factory=Counter)

    def add_dialogue(self, turns: Iterable[tuple[Collection[str], Collection[str]]]) -> None:
        """Add one dialogue: a pair (true actions, predicted actions) for each turn."""
        for true, predicted in turns:
            self._support.update(true)
            self._predicted.update(predicted)
            self._right.update(set(true) & set(predicted))

    @property
    def actions(self) -> dict[str, ActionScore]:
        """The score of each action that was taken or predicted, the most often taken first."""
        names = sorted(
            self._support.keys() | self._predicted.keys(), key=lambda name: (-self._support[name], name)
        )
        return {
            name: ActionScore(self._support[name], self._predicted[name], self._right[name]) for name in names
        }

    @property
    def micro_f1(self) -> float:
        """F1 of the counts summed over actions; with one action per turn it equals the turn accuracy."""
        return ActionScore(self._support.total(), self._predicted.total(), self._right.total()).f1

    @property
    def macro_f1(self) -> float:
        """The mean F1 of the actions that were taken or predicted."""
        scores = self.actions.values()
        return sum(score.f1 for score in scores) / len(scores) if scores else 0.0

    @property
    def weighted_f1(self) -> float:
        """The mean F1 of the actions, weighted by how often each was taken."""
        total = self._support.total()
        return sum(score.f1 * score.support for score in self.actions.values()) / total if total else 0.0
