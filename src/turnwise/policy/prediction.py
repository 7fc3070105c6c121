"""What a policy says of one turn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from turnwise.features.fillings import NOTHING, Fillings
from turnwise.policy.decision import AS_IT_IS, Decision
from turnwise.policy.wording import SILENT, Wording
from turnwise.vocabulary import ActionSpace

_FEW = 5  # so many are found one by one sooner than by sorting all


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The actions that a policy would take at one turn, and how probable it holds each.

    Attributes:
        probabilities: (A,), in the order of the action space.
        ahead: with the layout `many-to-many-1`, what it foresees for the turns after this one.
        decision: how the probabilities become what is done.
        wording: the words of the policy's actions.
        fillings: what templates can be filled with at this turn.

    >>> prediction = Prediction(np.array([0.2, 0.7, 0.1], np.float32), ActionSpace(["greet", "book", "bye"]))
    >>> prediction.actions, round(prediction.probability, 2)
    (('book',), 0.7)
    >>> [action for action, _ in prediction.top(2)]
    ['book', 'greet']
    """

    probabilities: NDArray[np.float32]
    space: ActionSpace
    ahead: tuple[Prediction, ...] = ()
    decision: Decision = AS_IT_IS
    wording: Wording = SILENT
    fillings: Fillings = NOTHING

    @property
    def response(self) -> str | None:
        """What the policy would say with its actions, made when it is asked for; None where nothing is known.

        An action that is a template is filled, with values of this dialogue; any other has the response that
        was most frequent in training.
        """
        return self.wording.text(self.actions, self.fillings)

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions to take, the most probable first; none where the policy would do nothing."""
        if not self.space.multi:  # what `decide` says of one, without an array of bits
            return (self.space.name(int(self.probabilities.argmax())),)
        taken = self.space.actions(self.decision.decide(self.probabilities, self.space)[0])
        return (
            taken if len(taken) < 2 else tuple(sorted(taken, key=lambda action: -self.probability_of(action)))
        )

    @property
    def probability(self) -> float:
        """The probability of the first ranked action."""
        return float(self.probabilities.max())

    @property
    def confidence(self) -> float:
        """How sure it is that the actions are right: their probability, of several that of the whole set."""
        if not self.space.multi:
            return self.probability
        return float(self.decision.decide(self.probabilities, self.space)[1])

    @property
    def abstains(self) -> bool:
        """Whether the policy is too unsure to act; then `actions` are only what it would have done."""
        below = self.decision.abstain_below
        return below > 0 and self.confidence < below

    def abstaining_below(self, confidence: float) -> Prediction:
        """Return the prediction with another confidence below which it abstains.

        >>> prediction = Prediction(np.array([0.4, 0.6]), ActionSpace(["greet", "book"]))
        >>> prediction.abstains, prediction.abstaining_below(0.7).abstains
        (False, True)
        """
        return replace(self, decision=replace(self.decision, abstain_below=confidence))

    @property
    def ranked(self) -> tuple[tuple[str, float], ...]:
        """Every action with its probability, the most probable first."""
        return self.top(len(self.space))

    def top(self, count: int) -> tuple[tuple[str, float], ...]:
        """Return the `count` most probable actions with their probabilities."""
        if count > _FEW:
            order = (-self.probabilities).argsort(kind="stable")[:count]
            names = self.space.names(order.tolist())
            return tuple(zip(names, self.probabilities[order].tolist(), strict=True))
        left, found = self.probabilities.copy(), []
        for _ in range(min(count, len(left))):
            index = int(left.argmax())  # among equals the first, as in a stable order
            found.append((self.space.name(index), float(left[index])))
            left[index] = -1
        return tuple(found)

    def probability_of(self, action: str) -> float:
        """Return the probability of an action, 0 for one that the policy does not know."""
        return float(self.probabilities[self.space.index(action)]) if action in self.space else 0.0
