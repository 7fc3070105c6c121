"""Accuracy by whether the visible history was seen in training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turncast.baselines.histories import Histories, histories_of
from turncast.evaluation.judged import Judged
from turncast.layouts import Layout
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class BySeen:
    """How much is remembered, and how much is understood.

    Attributes:
        seen: right turns among those whose visible history (users' texts, facts, actions before) the training
            part has as well.
        unseen: right turns among the others.
    """

    seen: Fraction
    unseen: Fraction

    def to_json(self) -> dict[str, Any]:
        """Return turns, right turns and accuracy of both."""
        return {
            name: {"turns": share.whole, "right_turns": share.part, "turn_accuracy": share.value}
            for name, share in (("seen", self.seen), ("unseen", self.unseen))
        }


@dataclass(slots=True)
class SeenTally:
    """Counts right turns with and without a history that was seen in training."""

    known: Histories
    layout: Layout
    _right: int = 0
    _all: int = 0
    _right_seen: int = 0
    _all_seen: int = 0

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        for history, right in zip(histories_of(self.layout, judged.example), judged.right, strict=True):
            seen = history in self.known
            self._right += right
            self._all += 1
            self._right_seen += seen and right
            self._all_seen += seen

    def by_seen(self) -> BySeen:
        """Return both shares."""
        seen = Fraction(self._right_seen, self._all_seen)
        return BySeen(seen, Fraction(self._right - seen.part, self._all - seen.whole))
