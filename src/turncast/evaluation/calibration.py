"""Calibration: reliability of the probabilities, and the effect of abstaining below a threshold."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction
from turncast.policy import Prediction
from turncast.policy.decision import Decision, tempered
from turncast.policy.risk import RiskCurve

_BINS = 15
_POINTS = 100


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Decisions of similar confidence.

    Attributes:
        right: right decisions, of all decisions in the bin.
        confidence: the sum of their confidences.
    """

    right: Fraction
    confidence: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: accuracy by confidence, in 15 bins of equal width from 0 to 1.

    Source of the method and of the number of bins: Guo et al., "On Calibration of Modern Neural Networks",
    2017.

    >>> reliability = Reliability.from_decisions(
    ...     np.array([0.95, 0.95, 0.95, 0.45]), np.array([True, True, False, False])
    ... )
    >>> str(reliability.bins[-1].right), round(reliability.error, 4)
    ('66.7% (2 of 3)', 0.325)
    """

    bins: tuple[ReliabilityBin, ...]

    @classmethod
    def from_decisions(cls, confidences: NDArray[Any], right: NDArray[np.bool_]) -> Reliability:
        """Return the bins of N decisions; a bin includes its upper edge, and not its lower edge.

        Args:
            confidences: the confidence of each decision, from 0 to 1, (N,).
            right: whether each decision is right, (N,).
        """
        indices = np.clip(np.ceil(confidences * _BINS).astype(int) - 1, 0, _BINS - 1)
        counts, rights, sums = (
            np.bincount(indices, weights, _BINS).tolist() for weights in (None, right, confidences)
        )
        return cls(
            tuple(
                ReliabilityBin(Fraction(int(part), whole), total)
                for part, whole, total in zip(rights, counts, sums, strict=True)
            )
        )

    @property
    def error(self) -> float:
        """The expected calibration error: mean over decisions of |accuracy - mean confidence| in the bin."""
        decisions = sum(bin_.right.whole for bin_ in self.bins)
        return sum(abs(bin_.right.part - bin_.confidence) for bin_ in self.bins) / max(1, decisions)

    def to_json(self) -> list[dict[str, Any]]:
        """Return each bin as plain values."""
        return [
            {"right": bin_.right.part, "decisions": bin_.right.whole, "confidence": bin_.confidence}
            for bin_ in self.bins
        ]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The calibration of a policy's probabilities on a corpus.

    Attributes:
        temperature: the policy's temperature.
        reliability: the reliability diagram of its decisions.
        before: the reliability diagram at temperature 1; None where the temperature is 1, or where a turn may
            take several actions.
        curve: risk against coverage.
        abstain_below: the confidence below which the policy abstains; 0 where it never abstains.
        answered: decisions on which it does not abstain, of all decisions.
        wrong: wrong decisions, of the answered ones.
        dev: `answered` and `wrong` on the policy's dev part, on which the threshold was chosen; None where
            the policy has no such record.
    """

    temperature: float
    reliability: Reliability
    before: Reliability | None
    curve: RiskCurve
    abstain_below: float
    answered: Fraction
    wrong: Fraction
    dev: tuple[Fraction, Fraction] | None

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain values, with at most 100 points of the curve and its exact area."""
        abstaining = {"below": self.abstain_below, **_shares(self.answered, self.wrong)}
        return {
            "temperature": self.temperature,
            "error": self.reliability.error,
            "error_before": None if self.before is None else self.before.error,
            "bins": self.reliability.to_json(),
            "bins_before": None if self.before is None else self.before.to_json(),
            "risk_area": self.curve.area,
            "risk": self.curve.thinned(_POINTS).to_json(),
            "abstaining": abstaining | {"dev": None if self.dev is None else _shares(*self.dev)},
        }


@dataclass(slots=True)
class CalibrationTally:
    """Collects the confidence of each decision, and whether the decision is right."""

    decision: Decision
    _confidences: array[float] = field(default_factory=lambda: array("d"))
    _confidences_before: array[float] = field(default_factory=lambda: array("d"))
    _right: bytearray = field(default_factory=bytearray)

    def add(self, judged: Judged) -> None:
        """Count one judged dialogue."""
        for prediction, right in zip(judged.predictions, judged.right, strict=True):
            self._add(prediction, right)

    def _add(self, prediction: Prediction, right: bool) -> None:
        self._confidences.append(prediction.confidence)
        self._right.append(right)
        if self.decision.temperature != 1 and not prediction.space.multi:
            raw = tempered(prediction.probabilities, 1 / self.decision.temperature, multi=False)
            self._confidences_before.append(float(raw.max()))

    def result(self) -> Calibration:
        """Return the calibration over all dialogues added so far."""
        confidences, before = np.array(self._confidences), np.array(self._confidences_before)
        right = np.array(self._right, np.bool_)
        below, risk = self.decision.abstain_below, self.decision.risk
        curve = RiskCurve.from_decisions(confidences, right)
        answered, wrong = _answered_at(curve, below)
        return Calibration(
            temperature=self.decision.temperature,
            reliability=Reliability.from_decisions(confidences, right),
            before=Reliability.from_decisions(before, right) if len(before) else None,
            curve=curve,
            abstain_below=below,
            answered=answered,
            wrong=wrong,
            dev=None if risk is None else _answered_at(risk, below),
        )


def _answered_at(curve: RiskCurve, threshold: float) -> tuple[Fraction, Fraction]:
    """Return the answered decisions, of all, and the wrong ones of these, at a threshold of confidence."""
    points = zip(curve.thresholds, curve.answered, curve.wrong, strict=True)
    reached = [(answered, wrong) for confidence, answered, wrong in points if confidence >= threshold]
    answered, wrong = reached[-1] if reached else (0, 0)
    return Fraction(answered, curve.answered[-1] if curve.answered else 0), Fraction(wrong, answered)


def _shares(answered: Fraction, wrong: Fraction) -> dict[str, Any]:
    return {
        "decisions": answered.whole,
        "answered": answered.part,
        "wrong": wrong.part,
        "coverage": answered.value,
        "error": wrong.value,
    }
