"""How many turns the floors have right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from turncast.baselines.floors import FLOORS, Floors
from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction


@dataclass(slots=True)
class FloorTally:
    """Counts the right answers of each table of counts, after the actions really taken."""

    floors: Floors
    _right: Counter[str] = field(default_factory=Counter)
    _turns: int = 0

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        self._turns += len(judged.true)
        for turn, previous, true in judged.example.decisions:
            for name, answer in self.floors.predict(turn, previous).items():
                self._right[name] += set(answer) == set(true)

    def shares(self) -> Mapping[str, Fraction]:
        """Return floor -> right turns, of all."""
        return {name: Fraction(self._right[name], self._turns) for name in FLOORS}
