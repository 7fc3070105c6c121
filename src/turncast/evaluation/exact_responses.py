"""How often what a policy would say is what the record says, to the letter."""

from __future__ import annotations

from dataclasses import dataclass

from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction


@dataclass(slots=True)
class ExactTally:
    """Counts the turns with a response whose actions are right and whose text is said as it was recorded.

    White space counts as one blank between words, and as none at the ends.
    """

    _right: int = 0
    _responses: int = 0

    def add(self, judged: Judged) -> None:
        """Take in a dialogue of which each turn is a decision."""
        for turn, right, prediction in zip(judged.dialogue, judged.right, judged.predictions, strict=True):
            if turn.response is not None:
                self._responses += 1
                self._right += right and (prediction.response or "").split() == turn.response.split()

    def exact(self) -> Fraction | None:
        """Return the share of turns with a response; None where there are none."""
        return Fraction(self._right, self._responses) if self._responses else None
