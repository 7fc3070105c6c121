"""What a policy says of one turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from turncast.features.responses.slot_sources import NO_SOURCES, SlotSources
from turncast.policy.decision import AS_IT_IS, Decision
from turncast.policy.response_text import SILENT, Wording
from turncast.vocabulary import ActionSpace

_NOTHING: Mapping[str, str] = MappingProxyType({})
_FEW = 5  # so many are found one by one sooner than by sorting all


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """The actions that a policy would take at one turn, and how probable it holds each.

    Attributes:
        probabilities: (A,), in the order of the action space.
        ahead: with the layout `many-to-many-1`, what it foresees for the turns after this one.
        decision: how the probabilities become what is done.
        wording: the words of the policy's actions.
        slot_sources: what templates can be filled with at this turn.
        refused: why each action that a rule refuses is refused; its probability is 0.

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
    slot_sources: SlotSources = NO_SOURCES
    refused: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    @property
    def response(self) -> str | None:
        """What the policy would say with its actions, made when it is asked for; None where nothing is known.

        An action that is a template is filled, with values of this dialogue; any other has the response that
        was most frequent in training.
        """
        return self.wording.text(self.actions, self.slot_sources)

    @property
    def actions(self) -> tuple[str, ...]:
        """The actions to take, the most probable first; none where the policy would do nothing."""
        if len(self.refused) == len(self.space):
            return ()
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
        return len(self.refused) == len(self.space) or (below > 0 and self.confidence < below)

    def abstaining_below(self, confidence: float) -> Prediction:
        """Return the prediction with another confidence below which it abstains.

        >>> prediction = Prediction(np.array([0.4, 0.6]), ActionSpace(["greet", "book"]))
        >>> prediction.abstains, prediction.abstaining_below(0.7).abstains
        (False, True)
        """
        return replace(self, decision=replace(self.decision, abstain_below=confidence))

    def refusing(self, reasons: Mapping[int, str]) -> Prediction:
        """Return the prediction with some actions refused, by index: their probability is 0.

        Of one action a turn, the others' probabilities sum to 1 again. Where all are refused, there is no
        action, and the policy abstains.

        >>> space = ActionSpace(["book", "ask", "bye"])
        >>> prediction = Prediction(np.array([0.6, 0.3, 0.1], np.float32), space)
        >>> refusing = prediction.refusing({0: "no api result yet"})
        >>> refusing.actions, round(refusing.probability, 2), dict(refusing.refused)
        (('ask',), 0.75, {'book': 'no api result yet'})
        """
        if not reasons:
            return self
        probabilities = self.probabilities.copy()
        probabilities[list(reasons)] = 0
        if not self.space.multi:
            left = probabilities.sum()
            probabilities = probabilities / left if left > 0 else self._even(reasons)
        named = {self.space.name(index): reason for index, reason in reasons.items()}
        return replace(self, probabilities=probabilities, refused=MappingProxyType(named))

    def _even(self, reasons: Mapping[int, str]) -> NDArray[np.float32]:
        """Return the probabilities where only actions are left that had none: each the same."""
        even = np.ones(len(self.space), np.float32)
        even[list(reasons)] = 0
        found: NDArray[np.float32] = even / max(even.sum(), 1.0)
        return found

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
