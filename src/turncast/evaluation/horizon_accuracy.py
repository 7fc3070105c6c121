"""How often the first, second, ... action that a turn foresees is right."""

from __future__ import annotations

from dataclasses import dataclass, field

from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction


@dataclass(slots=True)
class AheadTally:
    """Counts right answers by how far ahead they are, where each decision has several."""

    _right: list[int] = field(default_factory=list)
    _turns: int = 0

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        self._turns += len(judged.true)
        for row, prediction in zip(judged.example.targets, judged.predictions, strict=True):
            foreseen = (prediction, *prediction.ahead)
            self._right += [0] * (len(row) - len(self._right))
            for step, (true, one) in enumerate(zip(row, foreseen, strict=True)):
                self._right[step] += set(true) == set(one.actions)

    def shares(self) -> tuple[Fraction, ...]:
        """Return the share that is right at each step, this turn's first."""
        return tuple(Fraction(right, self._turns) for right in self._right)
