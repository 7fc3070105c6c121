"""What a policy says of one turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turnwise.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The actions that a policy would take at one turn, and how probable it holds each.

    Attributes:
        probabilities: (A,), in the order of the action space.
        ahead: with the layout `many-to-many-1`, what it foresees for the turns after this one.

    >>> prediction = Prediction(np.array([0.2, 0.7, 0.1], np.float32), ActionSpace(["greet", "book", "bye"]))
    >>> prediction.actions, round(prediction.probability, 2)
    (('book',), 0.7)
    >>> [action for action, _ in prediction.top(2)]
    ['book', 'greet']
    """

    probabilities: NDArray[np.float32]
    space: ActionSpace
    ahead: tuple[Prediction, ...] = ()

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions to take, the most probable first; none where the policy would do nothing."""
        taken = self.space.actions(self.space.decide(self.probabilities))
        return (
            taken if len(taken) < 2 else tuple(sorted(taken, key=lambda action: -self.probability_of(action)))
        )

    @property
    def probability(self) -> float:
        """The probability of the first ranked action."""
        return float(self.probabilities.max())

    @property
    def ranked(self) -> tuple[tuple[str, float], ...]:
        """Every action with its probability, the most probable first."""
        return self.top(len(self.space))

    def top(self, count: int) -> tuple[tuple[str, float], ...]:
        """Return the `count` most probable actions with their probabilities."""
        order = np.argsort(-self.probabilities, kind="stable")[:count]
        return tuple((self.space.name(int(index)), float(self.probabilities[index])) for index in order)

    def probability_of(self, action: str) -> float:
        """Return the probability of an action, 0 for one that the policy does not know."""
        return float(self.probabilities[self.space.index(action)]) if action in self.space else 0.0
