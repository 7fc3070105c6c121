"""The prediction of one turn, and the response texts of its actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from turncast.features import Responder
from turncast.features.responses.slot_sources import NO_SOURCES, SlotSources
from turncast.html import html_table
from turncast.policy.decision import DEFAULT_DECISION, Decision
from turncast.vocabulary import ActionSpace

_NO_REFUSALS: Mapping[str, str] = MappingProxyType({})
_FEW = 5  # up to this many top actions, repeated argmax is faster than sorting all


@dataclass(frozen=True, slots=True)
class ResponseTexts:
    """The texts of actions: a template is filled; other actions have the most frequent response of their set.

    A set that has no response of its own has those of its actions, each text once.

    Attributes:
        responder: fills templates.
        responses: action -> its most frequent response.
        set_responses: several actions in order of name -> their most frequent response together.

    >>> texts = ResponseTexts(responses={"greet": "Hello!", "ask": "Which area?"})
    >>> texts.text(["greet", "ask"], NO_SOURCES), texts.text(["search"], NO_SOURCES)
    ('Hello! Which area?', None)
    >>> ResponseTexts(set_responses={("a", "b"): "great, noted"}).text(["b", "a"], NO_SOURCES)
    'great, noted'
    """

    responder: Responder = field(default_factory=Responder)
    responses: Mapping[str, str] = field(default_factory=dict)
    set_responses: Mapping[tuple[str, ...], str] = field(default_factory=dict)

    def text(self, actions: Iterable[str], slot_sources: SlotSources) -> str | None:
        """Return the text of several actions; None where none of them has a text."""
        actions = tuple(actions)
        together = self.set_responses.get(tuple(sorted(actions))) if len(actions) > 1 else None
        if together is not None and not any(action in self.responder.placeholders for action in actions):
            return together
        texts = (
            self.responder.text(action, slot_sources) or self.responses.get(action) for action in actions
        )
        return " ".join(dict.fromkeys(text for text in texts if text)) or None


_NO_TEXTS = ResponseTexts()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Prediction:
    """The actions that a policy would take at one turn, and the probability of each.

    Attributes:
        probabilities: (A,), in the order of the action space.
        space: the action space.
        ahead: with the layout `many-to-many-1`, the predictions for the turns after this one.
        decision: how the probabilities become actions.
        texts: the texts of the policy's actions.
        slot_sources: the values that templates can be filled with at this turn.
        refused: action -> reason, for the actions that a rule refuses; their probability is 0.

    >>> prediction = Prediction(np.array([0.2, 0.7, 0.1], np.float32), ActionSpace(["greet", "book", "bye"]))
    >>> prediction.actions, round(prediction.probability, 2)
    (('book',), 0.7)
    >>> [action for action, _ in prediction.top(2)]
    ['book', 'greet']
    """

    probabilities: NDArray[np.float32]
    space: ActionSpace
    ahead: tuple[Prediction, ...] = ()
    decision: Decision = DEFAULT_DECISION
    texts: ResponseTexts = _NO_TEXTS
    slot_sources: SlotSources = NO_SOURCES
    refused: Mapping[str, str] = field(default_factory=lambda: _NO_REFUSALS)

    def __repr__(self) -> str:
        """Return the most probable actions, such as `Prediction(book 0.70, greet 0.20, ...; 7 actions)`."""
        ranked = ", ".join(f"{action} {probability:.2f}" for action, probability in self.top(_FEW))
        more = f", ...; {len(self.space)} actions" if len(self.space) > _FEW else ""
        return f"Prediction({ranked}{more}{', abstains' if self.abstains else ''})"

    def _repr_html_(self) -> str:
        """Return the most probable actions as a table, for notebooks."""
        rows = ((action, f"{probability:.1%}") for action, probability in self.top(_FEW))
        title = f"{', '.join(self.actions) or 'no action'}{' (abstains)' if self.abstains else ''}"
        return html_table(title, rows)

    @property
    def response(self) -> str | None:
        """The text of the predicted actions, as `response_for` returns it."""
        return self.response_for(self.actions)

    def response_for(self, actions: Iterable[str]) -> str | None:
        """Return the text of any actions at this turn; None where none of them has a text.

        A template is filled with values of this dialogue; other actions have the most frequent response of
        their set, or of each of them.
        """
        return self.texts.text(actions, self.slot_sources)

    @property
    def actions(self) -> tuple[str, ...]:
        """The predicted actions, the most probable first; empty where the policy would do nothing."""
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
        """The probability that the predicted actions are right; of several, that of the whole set."""
        if not self.space.multi:
            return self.probability
        return float(self.decision.decide(self.probabilities, self.space)[1])

    @property
    def abstains(self) -> bool:
        """Whether the confidence is too low to act; `actions` are then what it would have done."""
        below = self.decision.abstain_below
        return len(self.refused) == len(self.space) or (below > 0 and self.confidence < below)

    def abstaining_below(self, confidence: float) -> Prediction:
        """Return the prediction with another threshold of confidence below which it abstains.

        >>> prediction = Prediction(np.array([0.4, 0.6]), ActionSpace(["greet", "book"]))
        >>> prediction.abstains, prediction.abstaining_below(0.7).abstains
        (False, True)
        """
        return replace(self, decision=replace(self.decision, abstain_below=confidence))

    def refusing(self, reasons: Mapping[int, str]) -> Prediction:
        """Return the prediction with some actions refused, by index: their probability is 0.

        With one action per turn the other probabilities are scaled to sum to 1 again. Where all actions are
        refused, none is predicted, and the policy abstains.

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
            probabilities = probabilities / left if left > 0 else self._uniform(reasons)
        named = {self.space.name(index): reason for index, reason in reasons.items()}
        return replace(self, probabilities=probabilities, refused=MappingProxyType(named))

    def _uniform(self, reasons: Mapping[int, str]) -> NDArray[np.float32]:
        """Return the uniform distribution over the actions that are not refused."""
        uniform = np.ones(len(self.space), np.float32)
        uniform[list(reasons)] = 0
        return uniform / np.float32(max(uniform.sum(), 1.0))

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
        left, top = self.probabilities.copy(), []
        for _ in range(min(count, len(left))):
            index = int(left.argmax())  # among equals the first, as in a stable order
            top.append((self.space.name(index), float(left[index])))
            left[index] = -1
        return tuple(top)

    def probability_of(self, action: str) -> float:
        """Return the probability of an action; 0 for an unknown one."""
        return float(self.probabilities[self.space.index(action)]) if action in self.space else 0.0
