"""The decision rule: how probabilities become actions. It is fitted on the dev part after the training."""

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

ALWAYS_ABSTAIN = 2.0
"""A threshold above any confidence: the policy always abstains."""
_HALF = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """How probabilities become actions.

    Attributes:
        temperature: the network's logits are divided by it, so that probabilities are calibrated.
        thresholds: with several actions per turn, the probability from which each is taken, (A,); one half
            where None.
        sets: where given, the most probable of these sets is taken, whatever the thresholds are.
        abstain_below: the policy abstains at a lower confidence; 0 never abstains.
        risk: the risk-coverage curve of the dev part.

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
        """Return the bits of the actions to take, (..., A), and the confidence, (...).

        The confidence is the probability of the one action, or of the whole set of several.
        """
        if not space.multi:
            return space.decide(probabilities), probabilities.max(-1)
        if self.sets is not None:
            return self.sets.most_probable(probabilities)
        bits = space.decide(probabilities, _HALF if self.thresholds is None else self.thresholds)
        return bits, np.where(bits, probabilities, 1 - probabilities).prod(-1)

    def for_error(self, max_error: float) -> Decision:
        """Return the decision that abstains where that keeps the share of wrong answers to `max_error`.

        The threshold comes from the dev part, see `RiskCurve.threshold`; where none fits, the policy always
        abstains.

        Raises:
            ConfigError: for a share that is not above 0 and at most 1, or a decision without a risk curve.

        >>> decision = Decision(risk=RiskCurve((0.9, 0.6), (200, 300), (0, 90)))
        >>> decision.for_error(0.02).abstain_below, decision.for_error(0.01).abstain_below
        (0.9, 2.0)
        """
        if not 0 < max_error <= 1:
            raise ConfigError(f"max_error is {max_error}; give a share above 0 and at most 1, as 0.02")
        if self.risk is None:
            raise ConfigError("the model has no risk curve of a dev part; train it again")
        threshold = self.risk.threshold(max_error)
        return replace(self, abstain_below=ALWAYS_ABSTAIN if threshold is None else threshold)

    def to_json(self, space: ActionSpace) -> dict[str, Any]:
        """Return the decision as values for JSON."""
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
        """Return the decision that `to_json` described."""
        thresholds, sets, risk = (values[name] for name in ("thresholds", "sets", "risk"))
        return cls(
            temperature=values["temperature"],
            thresholds=None if thresholds is None else np.array([thresholds[action] for action in space]),
            sets=None if sets is None else KnownSets.from_json(sets, space),
            abstain_below=values["abstain_below"],
            risk=None if risk is None else RiskCurve.from_json(risk),
        )


DEFAULT_DECISION = Decision()
"""Decides by the probabilities as they are, and never abstains."""


def tempered(probabilities: NDArray[Any], temperature: float, multi: bool) -> NDArray[np.float64]:
    """Return the probabilities, (..., A), of the same logits divided by a temperature.

    >>> tempered(np.array([0.8, 0.2]), 2.0, multi=False).round(3).tolist()
    [0.667, 0.333]
    >>> tempered(np.array([0.8, 0.5]), 2.0, multi=True).round(3).tolist()
    [0.667, 0.5]
    """
    logits = logits_from_probabilities(probabilities, multi) / temperature
    return np.asarray(sigmoid(logits) if multi else softmax(logits))


def logits_from_probabilities(probabilities: NDArray[Any], multi: bool) -> NDArray[np.float64]:
    """Return logits of these probabilities, (..., A); those of a softmax up to an additive constant.

    A probability of 0 or 1 is replaced by the nearest float32 inside the interval.
    """
    kind = np.finfo(np.float32)
    logits = np.log(np.maximum(np.asarray(probabilities, np.float64), float(kind.tiny)))
    if multi:
        logits -= np.log(np.maximum(1 - np.asarray(probabilities, np.float64), float(kind.epsneg)))
    return np.asarray(logits)
