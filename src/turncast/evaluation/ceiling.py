"""The ceiling: how many turns can be right at most, whatever the policy."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.baselines.histories import histories_of
from turncast.evaluation.judged import Judged
from turncast.features.block import Momentary
from turncast.layouts import Actions, Layout
from turncast.metrics import Fraction
from turncast.policy import Policy
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What no policy of these actions and this layout can pass on the judged corpus.

    Attributes:
        turns: turns that can be right, of all: the most frequent known answer to each visible history.
        dialogues: dialogues without an unknown turn, of all; no more can be right throughout.
        unknown: turns whose actions cannot be given: one of them is unknown to the policy, or it gives
            exactly one action a turn and they are several or none.
        contradicted: turns that are known, and took other actions than the most frequent answer to the same
            visible history.
    """

    turns: Fraction
    dialogues: Fraction
    unknown: Fraction
    contradicted: Fraction

    def to_json(self) -> dict[str, Any]:
        """Return the shares and the counts of turns behind them."""
        return {
            "turn_accuracy": self.turns.value,
            "dialogue_accuracy": self.dialogues.value,
            "unknown": self.unknown.value,
            "contradicted": self.contradicted.value,
            "turns": self.turns.part,
            "dialogues": self.dialogues.part,
            "unknown_turns": self.unknown.part,
            "contradicted_turns": self.contradicted.part,
        }


@dataclass(slots=True)
class CeilingTally:
    """Collects the visible history and the answer of each turn: twelve bytes a turn.

    Visible is here all that a policy of this package can look at, also what the system said: a history that
    is told apart too finely makes the ceiling too high, which is no harm; one too coarse makes it untrue.

    The accuracy of a policy that sees the histories is at most the sum over histories of the most frequent
    answer, over all turns. What the judged dialogues have in common is unknown to the policy, so that it
    mostly stays below.
    """

    space: ActionSpace
    layout: Layout
    kept: bool
    _histories: array[int] = field(default_factory=lambda: array("Q"))
    _answers: array[int] = field(default_factory=lambda: array("i"))
    _numbers: dict[Actions, int] = field(default_factory=dict)
    _turns: int = 0
    _dialogues: int = 0
    _possible: int = 0

    @classmethod
    def of(cls, policy: Policy) -> CeilingTally:
        """Return the tally for what a policy can give, and can see."""
        kept = not all(isinstance(block, Momentary) for block in policy.encoder.blocks)
        return cls(policy.space, policy.config.layout_row, kept)

    def add(self, judged: Judged) -> None:
        """Take in a dialogue."""
        unknown = 0
        seen = histories_of(self.layout, judged.example, said=True, kept=self.kept)
        for history, true in zip(seen, judged.true, strict=True):
            if can_give(self.space, true):
                answer = tuple(sorted(true))
                self._histories.append(history)
                self._answers.append(self._numbers.setdefault(answer, len(self._numbers)))
            else:
                unknown += 1
        self._turns += len(judged.true)
        self._dialogues += 1
        self._possible += not unknown

    def ceiling(self) -> Ceiling:
        """Return what can be right at most."""
        best = _most_frequent(
            np.frombuffer(self._histories, np.uint64), np.frombuffer(self._answers, np.intc)
        )
        known = len(self._answers)
        return Ceiling(
            turns=Fraction(best, self._turns),
            dialogues=Fraction(self._possible, self._dialogues),
            unknown=Fraction(self._turns - known, self._turns),
            contradicted=Fraction(known - best, self._turns),
        )


def _most_frequent(histories: NDArray[np.uint64], answers: NDArray[np.intc]) -> int:
    """Return the sum over histories of how often the most frequent answer comes; both are of shape (N,)."""
    if not len(histories):
        return 0
    order = np.lexsort((answers, histories))
    histories, answers = histories[order], answers[order]
    new_history = np.append(True, histories[1:] != histories[:-1])
    first = np.flatnonzero(new_history | np.append(True, answers[1:] != answers[:-1]))
    counts = np.diff(np.append(first, len(histories)))
    return int(np.maximum.reduceat(counts, np.flatnonzero(new_history[first])).sum())


def can_give(space: ActionSpace, actions: Actions) -> bool:
    """Return whether a policy of this action space can give these actions at one turn.

    >>> can_give(ActionSpace(["greet"]), ("greet",)), can_give(ActionSpace(["greet"]), ("greet", "book"))
    (True, False)
    >>> can_give(ActionSpace(["greet"], multi=True), ()), can_give(ActionSpace(["greet"]), ())
    (False, False)
    """
    if not all(action in space for action in actions):
        return False
    if not space.multi:
        return len(actions) == 1
    return space.may_be_empty or bool(actions)
