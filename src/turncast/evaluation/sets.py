"""How near predicted sets of actions come to the true ones, where a turn may take several."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class SetScores:
    """Figures of sets, beside the share of exact sets, which is the turn accuracy.

    Attributes:
        hamming_loss: wrong bits, of all: a bit for each turn and each action that is known or was taken.
        jaccard: mean over turns of the actions in both sets over the actions in either; 1 where both are
            empty.
    """

    hamming_loss: Fraction
    jaccard: float

    def to_json(self) -> dict[str, Any]:
        """Return both figures, and the fraction behind the first."""
        return {
            "hamming_loss": self.hamming_loss.value,
            "wrong_bits": self.hamming_loss.part,
            "bits": self.hamming_loss.whole,
            "jaccard": self.jaccard,
        }


@dataclass(slots=True)
class SetTally:
    """Counts turns by (actions in both sets, actions in either)."""

    space: ActionSpace
    _turns: Counter[tuple[int, int]] = field(default_factory=Counter)
    _strangers: set[str] = field(default_factory=set)

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        for true, predicted in zip(judged.true, judged.predicted, strict=True):
            both, either = set(true) & set(predicted), set(true) | set(predicted)
            self._turns[len(both), len(either)] += 1
            self._strangers.update(action for action in true if action not in self.space)

    def scores(self) -> SetScores:
        """Return the figures."""
        turns, kinds = self._turns.total(), sorted(self._turns.items())
        wrong = sum((either - both) * count for (both, either), count in kinds)
        alike = sum((both / either if either else 1) * count for (both, either), count in kinds)
        bits = turns * (len(self.space) + len(self._strangers))
        return SetScores(Fraction(wrong, bits), alike / max(turns, 1))
