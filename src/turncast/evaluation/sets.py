"""Similarity of predicted and true sets of actions, where a turn may take several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class SetScores:
    """Scores of partly right sets; the share of exact sets is the turn accuracy.

    Attributes:
        hamming_loss: wrong bits, of all bits: one bit for each turn and each action that is known or was
            taken.
        jaccard: mean over turns of |true and predicted| / |true or predicted|; 1 where both sets are empty.
    """

    hamming_loss: Fraction
    jaccard: float

    def to_json(self) -> dict[str, Any]:
        """Return both scores, and the fraction behind the first."""
        return {
            "hamming_loss": self.hamming_loss.value,
            "wrong_bits": self.hamming_loss.part,
            "bits": self.hamming_loss.whole,
            "jaccard": self.jaccard,
        }


@dataclass(slots=True)
class SetTally:
    """Counts turns by (number of actions in both sets, number of actions in either set)."""

    space: ActionSpace
    _turns: Counter[tuple[int, int]] = field(default_factory=Counter)
    _unknown: set[str] = field(default_factory=set)

    def add(self, judged: Judged) -> None:
        """Count one judged dialogue."""
        for true, predicted in zip(judged.true, judged.predicted, strict=True):
            both, either = set(true) & set(predicted), set(true) | set(predicted)
            self._turns[len(both), len(either)] += 1
            self._unknown.update(action for action in true if action not in self.space)

    def result(self) -> SetScores:
        """Return the scores over all dialogues added so far."""
        turns, kinds = self._turns.total(), sorted(self._turns.items())
        wrong = sum((either - both) * count for (both, either), count in kinds)
        similarity = sum((both / either if either else 1) * count for (both, either), count in kinds)
        bits = turns * (len(self.space) + len(self._unknown))
        return SetScores(Fraction(wrong, bits), similarity / max(turns, 1))
