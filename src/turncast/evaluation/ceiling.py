"""The ceiling: the highest accuracy that any policy can have on a corpus."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.baselines import example_histories
from turncast.evaluation.judged import Judged
from turncast.features.block import StatelessBlock
from turncast.layouts import Actions, Layout
from turncast.metrics import Fraction
from turncast.policy import Policy
from turncast.vocabulary import ActionSpace


@dataclass(frozen=True, slots=True)
class Ceiling:
    """Upper bounds on the accuracy of any policy with these actions and this layout, on one corpus.

    Attributes:
        turns: turns that can be right, of all turns: those with the most frequent possible answer to their
            visible history.
        dialogues: dialogues without an impossible turn, of all dialogues; no more can be right in every turn.
        unknown: turns whose actions the policy cannot predict: it does not know one of them, or it predicts
            exactly one action per turn and the turn has several or none.
        contradicted: turns whose actions the policy can predict, but that differ from the most frequent
            answer to the same visible history.
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
    """Collects the hash of the visible history and the answer of each turn, in twelve bytes per turn.

    The visible history is all that any policy of this package can read, including what the system said. If
    histories were distinguished too finely, the ceiling would only be too high; if too coarsely, a policy
    could exceed it.

    The accuracy of a policy is at most the sum over histories of the count of the most frequent answer,
    divided by all turns. Most policies stay well below, because they do not know the judged dialogues.

    Attributes:
        space: the actions that the policy can predict.
        layout: the policy's layout.
        input_has_memory: whether some block of the input remembers earlier turns, whatever the layout.
    """

    space: ActionSpace
    layout: Layout
    input_has_memory: bool
    _histories: array[int] = field(default_factory=lambda: array("Q"))
    _answers: array[int] = field(default_factory=lambda: array("i"))
    _numbers: dict[Actions, int] = field(default_factory=dict)
    _turns: int = 0
    _dialogues: int = 0
    _possible: int = 0

    @classmethod
    def for_policy(cls, policy: Policy) -> CeilingTally:
        """Return the tally for the actions and the inputs of a policy."""
        has_memory = not all(isinstance(block, StatelessBlock) for block in policy.encoder.blocks)
        return cls(policy.space, policy.config.layout_row, input_has_memory=has_memory)

    def add(self, judged: Judged) -> None:
        """Count one judged dialogue."""
        unknown = 0
        histories = example_histories(
            self.layout, judged.example, said=True, input_has_memory=self.input_has_memory
        )
        for history, true in zip(histories, judged.true, strict=True):
            if can_predict(self.space, true):
                answer = tuple(sorted(true))
                self._histories.append(history)
                self._answers.append(self._numbers.setdefault(answer, len(self._numbers)))
            else:
                unknown += 1
        self._turns += len(judged.true)
        self._dialogues += 1
        self._possible += not unknown

    def result(self) -> Ceiling:
        """Return the ceiling over all dialogues added so far."""
        best = _count_most_frequent(
            np.frombuffer(self._histories, np.uint64), np.frombuffer(self._answers, np.intc)
        )
        known = len(self._answers)
        return Ceiling(
            turns=Fraction(best, self._turns),
            dialogues=Fraction(self._possible, self._dialogues),
            unknown=Fraction(self._turns - known, self._turns),
            contradicted=Fraction(known - best, self._turns),
        )


def _count_most_frequent(histories: NDArray[np.uint64], answers: NDArray[np.intc]) -> int:
    """Return the sum over histories of the count of their most frequent answer; both arrays are (N,)."""
    if not len(histories):
        return 0
    order = np.lexsort((answers, histories))
    histories, answers = histories[order], answers[order]
    new_history = np.append(True, histories[1:] != histories[:-1])
    first = np.flatnonzero(new_history | np.append(True, answers[1:] != answers[:-1]))
    counts = np.diff(np.append(first, len(histories)))
    return int(np.maximum.reduceat(counts, np.flatnonzero(new_history[first])).sum())


def can_predict(space: ActionSpace, actions: Actions) -> bool:
    """Return whether a policy with this action space can predict exactly these actions at one turn.

    >>> one = ActionSpace(["greet"])
    >>> can_predict(one, ("greet",)), can_predict(one, ("greet", "book"))
    (True, False)
    >>> can_predict(ActionSpace(["greet"], multi=True), ()), can_predict(one, ())
    (False, False)
    """
    if not all(action in space for action in actions):
        return False
    if not space.multi:
        return len(actions) == 1
    return space.may_be_empty or bool(actions)
