"""Whether probabilities can be believed: reliability, and what abstaining below a threshold brings."""

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
class Bin:
    """Decisions of like confidence.

    Attributes:
        right: those that are right, of all in the bin.
        confidence: the sum of their confidences.
    """

    right: Fraction
    confidence: float


@dataclass(frozen=True, slots=True)
class Reliability:
    """How often decisions are right that claim to be so sure: 15 bins of equal width, from 0 to 1.

    Source, also of the number of bins: Guo et al., "On Calibration of Modern Neural Networks", 2017.

    >>> reliability = Reliability.of(np.array([0.95, 0.95, 0.95, 0.45]), np.array([True, True, False, False]))
    >>> str(reliability.bins[-1].right), round(reliability.error, 4)
    ('66.7% (2 of 3)', 0.325)
    """

    bins: tuple[Bin, ...]

    @classmethod
    def of(cls, confidences: NDArray[Any], right: NDArray[np.bool_]) -> Reliability:
        """Return the bins of N decisions; a bin holds confidences up to its upper edge, this included.

        Args:
            confidences: from 0 to 1, (N,).
            right: whether each decision was right, (N,).
        """
        places = np.clip(np.ceil(confidences * _BINS).astype(int) - 1, 0, _BINS - 1)
        counts, rights, sums = (
            np.bincount(places, weights, _BINS).tolist() for weights in (None, right, confidences)
        )
        return cls(
            tuple(
                Bin(Fraction(int(part), whole), total)
                for part, whole, total in zip(rights, counts, sums, strict=True)
            )
        )

    @property
    def error(self) -> float:
        """The expected calibration error: the mean over the decisions of |share right - mean confidence|."""
        whole = sum(one.right.whole for one in self.bins)
        return sum(abs(one.right.part - one.confidence) for one in self.bins) / max(1, whole)

    def to_json(self) -> list[dict[str, Any]]:
        """Return each bin as plain values."""
        return [
            {"right": one.right.part, "decisions": one.right.whole, "confidence": one.confidence}
            for one in self.bins
        ]


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a policy's probabilities can be believed.

    Attributes:
        temperature: the policy's.
        reliability: of its decisions.
        before: the same at temperature 1; none where it is 1, or a turn takes several actions.
        curve: risk against coverage.
        abstain_below: the policy's threshold; 0 where it never abstains.
        answered: decisions on which it does not abstain, of all.
        wrong: those that are wrong, of the answered.
        dev: the same two on the policy's dev part, which the threshold was chosen on; none where it has none.
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
        """Return the figures as plain values; of the curve at most 100 points, its exact area beside them."""
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

    def lines(self) -> list[tuple[str, str]]:
        """Return a title and a text for each figure that people read."""
        before = "" if self.before is None else f"; {self.before.error:.3f} without the temperature"
        found = [
            ("expected calibration error", f"{self.reliability.error:.3f}{before}"),
            ("area under risk against coverage", f"{self.curve.area:.3f}"),
        ]
        if self.abstain_below:
            if self.abstain_below > 1:
                return [*found, ("abstains always", "its dev part shows no threshold that is sure enough")]
            answered = f"answers {self.answered}, wrong {self.wrong}"
            found.append((f"abstains below {self.abstain_below:.3f}", answered))
            if self.dev is not None:
                found.append(("the same on its dev part", f"answers {self.dev[0]}, wrong {self.dev[1]}"))
        return found


@dataclass(slots=True)
class Confidences:
    """Gathers how sure a policy's decisions are, and whether they are right."""

    decision: Decision
    _sure: array[float] = field(default_factory=lambda: array("d"))
    _sure_before: array[float] = field(default_factory=lambda: array("d"))
    _right: bytearray = field(default_factory=bytearray)

    def add(self, judged: Judged) -> None:
        """Take in a judged dialogue."""
        for prediction, right in zip(judged.predictions, judged.right, strict=True):
            self._add(prediction, right)

    def _add(self, prediction: Prediction, right: bool) -> None:
        self._sure.append(prediction.confidence)
        self._right.append(right)
        if self.decision.temperature != 1 and not prediction.space.multi:
            raw = tempered(prediction.probabilities, 1 / self.decision.temperature, multi=False)
            self._sure_before.append(float(raw.max()))

    def calibration(self) -> Calibration:
        """Return what they come to."""
        sure, before = np.array(self._sure), np.array(self._sure_before)
        right = np.array(self._right, np.bool_)
        below, risk = self.decision.abstain_below, self.decision.risk
        curve = RiskCurve.of(sure, right)
        answered, wrong = _at(curve, below)
        return Calibration(
            temperature=self.decision.temperature,
            reliability=Reliability.of(sure, right),
            before=Reliability.of(before, right) if len(before) else None,
            curve=curve,
            abstain_below=below,
            answered=answered,
            wrong=wrong,
            dev=None if risk is None else _at(risk, below),
        )


def _at(curve: RiskCurve, threshold: float) -> tuple[Fraction, Fraction]:
    """Return the decisions that are answered, of all, and those of them that are wrong."""
    points = zip(curve.thresholds, curve.answered, curve.wrong, strict=True)
    reached = [(answered, wrong) for sure, answered, wrong in points if sure >= threshold]
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
