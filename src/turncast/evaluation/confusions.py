"""Confusions: which actions are taken for which, the most frequent first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.evaluation.judged import Judged
from turncast.layouts import Actions
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class Confusion:
    """Turns that took some actions, and for which others were predicted.

    Attributes:
        true: the actions really taken, in order of name.
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
    """Counts turns by what was true, and wrong ones by what was predicted as well."""

    _pairs: Counter[tuple[Actions, Actions]] = field(default_factory=Counter)
    _true: Counter[Actions] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        for true, predicted, right in zip(judged.true, judged.predicted, judged.right, strict=True):
            answer = tuple(sorted(true))
            self._true[answer] += 1
            if not right:
                self._pairs[answer, tuple(sorted(predicted))] += 1

    def confusions(self) -> tuple[Confusion, ...]:
        """Return every confusion, the most frequent first, among equals in order of name."""
        ranked = sorted(self._pairs.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple(Confusion(true, predicted, count) for (true, predicted), count in ranked)

    def answers(self) -> Mapping[Actions, Fraction]:
        """Return each set of actions that was true -> turns of it that are right, the most frequent first."""
        wrong = Counter[Actions]()
        for (true, _), count in self._pairs.items():
            wrong[true] += count
        ranked = sorted(self._true.items(), key=lambda item: (-item[1], item[0]))
        return {true: Fraction(count - wrong[true], count) for true, count in ranked}


def named(actions: Actions) -> str:
    """Return a set of actions as one name.

    >>> named(("greet", "ask_size")), named(())
    ('greet + ask_size', '(nothing)')
    """
    return " + ".join(actions) or "(nothing)"
