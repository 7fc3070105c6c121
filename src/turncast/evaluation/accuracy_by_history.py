"""Accuracy by whether the visible history of a decision occurs in the training part."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.baselines import Histories, example_histories
from turncast.evaluation.judged import Judged
from turncast.layouts import Layout
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class AccuracyByHistory:
    """Separates decisions that could be looked up in the training part from those that need generalisation.

    Attributes:
        seen: right turns, of those whose visible history (users' texts, facts, actions before) occurs in the
            training part.
        unseen: right turns, of the others.
    """

    seen: Fraction
    unseen: Fraction

    @classmethod
    def from_fractions(cls, fractions: Mapping[bool, Fraction]) -> AccuracyByHistory:
        """Return the accuracy from fractions by whether the history was seen."""
        return cls(seen=fractions[True], unseen=fractions[False])

    def to_json(self) -> dict[str, Any]:
        """Return turns, right turns and accuracy of both."""
        return {
            name: {"turns": share.whole, "right_turns": share.part, "turn_accuracy": share.value}
            for name, share in (("seen", self.seen), ("unseen", self.unseen))
        }


def history_events(known: Histories, layout: Layout) -> Callable[[Judged], Iterator[tuple[bool, bool]]]:
    """Return a function that yields for each decision whether its history is known, and whether it is right.

    Args:
        known: the histories of the training part.
        layout: the policy's layout; it says what the policy can see.
    """

    def events(judged: Judged) -> Iterator[tuple[bool, bool]]:
        for history, right in zip(example_histories(layout, judged.example), judged.right, strict=True):
            yield history in known, right

    return events
