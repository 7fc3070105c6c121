"""How probabilities become what is done: all that is fitted on the dev part after the network is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.errors import ConfigError
from turncast.policy.known_sets import KnownSets
from turncast.policy.risk import RiskCurve
from turncast.runtime.cells import sigmoid, softmax
from turncast.vocabulary import ActionSpace

ALWAYS = 2.0
"""Below this any confidence is: the policy always abstains."""
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """How probabilities become what is done.

    Attributes:
        temperature: the network's logits are divided by it, so that a probability is how often it is right.
        thresholds: where a turn takes several actions, each is taken from its own probability on, (A,); from
            one half on where they are not given.
        sets: where they are given, the most probable of them is taken, whatever the thresholds are.
        abstain_below: the policy abstains where it is less sure; 0 is never.
        risk: how often the answers on the dev part were wrong, by how sure they were.

    >>> space = ActionSpace(["greet", "ask"], multi=True)
    >>> bits, confidence = Decision(thresholds=np.array([0.5, 0.3])).decide(np.array([0.8, 0.4]), space)
    >>> space.actions(bits), round(float(confidence), 2)
    (('greet', 'ask'), 0.32)
    """

    temperature: float = 1.0
    thresholds: NDArray[np.float64] | None = None
    sets: KnownSets | None = None
    abstain_below: float = 0.0
    risk: RiskCurve | None = None

    def decide(
        self, probabilities: NDArray[Any], space: ActionSpace
    ) -> tuple[NDArray[np.bool_], NDArray[Any]]:
        """Return the bits of the actions to take, (..., A), and how sure it is that they are right, (...).

        Of one action a turn, that is its probability; of several, the probability of the whole set.
        """
        if not space.multi:
            return space.decide(probabilities), probabilities.max(-1)
        if self.sets is not None:
            return self.sets.most_probable(probabilities)
        bits = space.decide(probabilities, _HALF if self.thresholds is None else self.thresholds)
        return bits, np.where(bits, probabilities, 1 - probabilities).prod(-1)

    def for_error(self, max_error: float) -> Decision:
        """Return the decision that abstains as is needed for at most this share of wrong answers.

        The threshold is chosen on the dev part, as `RiskCurve.threshold` says; where none is enough, the
        policy always abstains.

        Raises:
            ConfigError: for a policy that was saved without its dev part's errors.

        >>> decision = Decision(risk=RiskCurve((0.9, 0.6), (200, 300), (0, 90)))
        >>> decision.for_error(0.02).abstain_below, decision.for_error(0.01).abstain_below
        (0.9, 2.0)
        """
        if not 0 < max_error <= 1:
            raise ConfigError(f"max_error is {max_error}; give a share above 0 and at most 1, as 0.02")
        if self.risk is None:
            raise ConfigError("the model does not know its errors on a dev part; train it again")
        found = self.risk.threshold(max_error)
        return replace(self, abstain_below=ALWAYS if found is None else found)

    def to_json(self, space: ActionSpace) -> dict[str, Any]:
        """Return the decision as plain values."""
        thresholds = self.thresholds
        return {
            "temperature": self.temperature,
            "thresholds": None if thresholds is None else dict(zip(space, thresholds.tolist(), strict=True)),
            "sets": None if self.sets is None else self.sets.to_json(space),
            "abstain_below": self.abstain_below,
            "risk": None if self.risk is None else self.risk.to_json(),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any], space: ActionSpace) -> Decision:
        """Make the decision that `to_json` described."""
        thresholds, sets, risk = (values[name] for name in ("thresholds", "sets", "risk"))
        return cls(
            temperature=values["temperature"],
            thresholds=None if thresholds is None else np.array([thresholds[action] for action in space]),
            sets=None if sets is None else KnownSets.from_json(sets, space),
            abstain_below=values["abstain_below"],
            risk=None if risk is None else RiskCurve.from_json(risk),
        )


AS_IT_IS = Decision()
"""Decides by the network's own probabilities, and never abstains."""


def tempered(probabilities: NDArray[Any], temperature: float, multi: bool) -> NDArray[np.float64]:
    """Return the probabilities, (..., A), of the same logits divided by a temperature.

    >>> tempered(np.array([0.8, 0.2]), 2.0, multi=False).round(3).tolist()
    [0.667, 0.333]
    >>> tempered(np.array([0.8, 0.5]), 2.0, multi=True).round(3).tolist()
    [0.667, 0.5]
    """
    logits = logits_of(probabilities, multi) / temperature
    return np.asarray(sigmoid(logits) if multi else softmax(logits))


def logits_of(probabilities: NDArray[Any], multi: bool) -> NDArray[np.float64]:
    """Return logits of such probabilities, (..., A); of a softmax they are known up to a common summand.

    A probability that was rounded to 0 or 1 counts as the nearest number that a float32 can hold.
    """
    kind = np.finfo(np.float32)
    logits = np.log(np.maximum(np.asarray(probabilities, np.float64), float(kind.tiny)))
    if multi:
        logits -= np.log(np.maximum(1 - np.asarray(probabilities, np.float64), float(kind.epsneg)))
    return np.asarray(logits)
