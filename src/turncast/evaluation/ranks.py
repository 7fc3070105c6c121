"""Top-k: how often the true actions are among the k most probable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction

KS = (1, 3, 5)


@dataclass(slots=True)
class RankTally:
    """Counts turns whose true actions are all among the k most probable.

    A turn that took no action has none to be found; it counts where the policy takes none either.
    """

    _right: Counter[int] = field(default_factory=Counter)
    _turns: int = 0

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        self._turns += len(judged.true)
        for true, prediction, right in zip(judged.true, judged.predictions, judged.right, strict=True):
            ranked = [action for action, _ in prediction.top(max(KS))]
            for k in KS:
                self._right[k] += set(true) <= set(ranked[:k]) if true else right

    def top(self) -> Mapping[int, Fraction]:
        """Return k -> turns found, of all."""
        return {k: Fraction(self._right[k], self._turns) for k in KS}
