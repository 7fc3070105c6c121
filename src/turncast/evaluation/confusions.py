"""Confusions: which actions are predicted in place of which, the most frequent first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from turncast.evaluation.judged import Judged
from turncast.layouts import Actions


@dataclass(frozen=True, slots=True)
class Confusion:
    """Turns with the same true actions and the same wrongly predicted actions.

    Attributes:
        true: the true actions, in order of name.
        predicted: the actions predicted instead, in order of name.
        count: how many turns.
    """

    true: Actions
    predicted: Actions
    count: int

    def to_json(self) -> dict[str, Any]:
        """Return the confusion as plain values."""
        return {"true": list(self.true), "predicted": list(self.predicted), "count": self.count}


@dataclass(slots=True)
class ConfusionTally:
    """Counts wrong turns by their true and their predicted actions."""

    _pairs: Counter[tuple[Actions, Actions]] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """Count one judged dialogue."""
        for true, predicted, right in zip(judged.true, judged.predicted, judged.right, strict=True):
            if not right:
                self._pairs[tuple(sorted(true)), tuple(sorted(predicted))] += 1

    def result(self) -> tuple[Confusion, ...]:
        """Return every confusion, the most frequent first, those of equal count in order of name."""
        ranked = sorted(self._pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Confusion(true, predicted, count) for (true, predicted), count in ranked)
