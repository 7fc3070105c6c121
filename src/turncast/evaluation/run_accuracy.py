"""Accuracy of one run over a corpus, teacher-forced or free-running: turns, dialogues and prefixes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from turncast.evaluation.bootstrap import Interval, interval, resample
from turncast.evaluation.judged import Judged
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class RunAccuracy:
    """Accuracy of a policy in one run over a corpus.

    Attributes:
        turns: right turns, of all turns.
        dialogues: dialogues in which every turn is right, of all dialogues.
        turns_interval: 95% interval of the turn accuracy, by bootstrap over dialogues.
        dialogues_interval: 95% interval of the dialogue accuracy, by the same bootstrap.
        prefix_turns: mean number of turns of a dialogue before its first wrong turn.
        prefix_share: mean share of a dialogue's turns before its first wrong turn; 1 where all are right.
        by_turn: right turns among the first turns of all dialogues, among the second turns, and so on.
    """

    turns: Fraction
    dialogues: Fraction
    turns_interval: Interval
    dialogues_interval: Interval
    prefix_turns: float
    prefix_share: float
    by_turn: tuple[Fraction, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the figures as plain values; `by_turn` is pairs of right turns and all."""
        return {
            "right_turns": self.turns.part,
            "turn_accuracy": self.turns.value,
            "turn_accuracy_interval": self.turns_interval.to_json(),
            "right_dialogues": self.dialogues.part,
            "dialogue_accuracy": self.dialogues.value,
            "dialogue_accuracy_interval": self.dialogues_interval.to_json(),
            "prefix_turns": self.prefix_turns,
            "prefix_share": self.prefix_share,
            "by_turn": [[share.part, share.whole] for share in self.by_turn],
        }


@dataclass(slots=True)
class RunTally:
    """Counts right turns over dialogues, and computes a `RunAccuracy`.

    Attributes:
        free: whether the free run of the judged dialogues is counted, in place of the teacher-forced one.

    >>> tally = RunTally()
    >>> tally.add_dialogue([True, False, True, True])
    >>> tally.add_dialogue([True, True])
    >>> accuracy = tally.result()
    >>> accuracy.turns, accuracy.dialogues, accuracy.prefix_turns, accuracy.prefix_share
    (Fraction(part=5, whole=6), Fraction(part=1, whole=2), 1.5, 0.625)
    >>> [str(share) for share in accuracy.by_turn[:2]]
    ['100.0% (2 of 2)', '50.0% (1 of 2)']
    """

    free: bool = False
    # (right turns, all turns, turns before the first wrong one) -> dialogues. This is enough for every
    # figure, and the sums do not depend on the order in which the dialogues were read.
    _kinds: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    _right_at: list[int] = field(default_factory=list)
    _all_at: list[int] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        """Count one judged dialogue."""
        right = judged.free_right if self.free else judged.right
        if right is not None:
            self.add_dialogue(right)

    def add_dialogue(self, right: Sequence[bool]) -> None:
        """Count one dialogue, given whether each of its turns is right."""
        prefix = next((index for index, is_right in enumerate(right) if not is_right), len(right))
        self._kinds[sum(right), len(right), prefix] += 1
        new_turns = len(right) - len(self._all_at)
        self._right_at += [0] * new_turns
        self._all_at += [0] * new_turns
        for index, is_right in enumerate(right):
            self._right_at[index] += is_right
            self._all_at[index] += 1

    def result(self) -> RunAccuracy:
        """Return the accuracy; every figure is 0 where no dialogue was added."""
        kinds, prefixes = Counter[tuple[int, ...]](), Counter[tuple[int, int]]()
        for (right, turns, prefix), count in self._kinds.items():
            kinds[right, turns, int(right == turns)] += count
            prefixes[prefix, turns] += count
        sums = resample(kinds or {(0, 1, 0): 1})
        dialogues = kinds.total()
        right_dialogues = sum(all_right * count for (_, _, all_right), count in kinds.items())
        prefix_turns = sum(prefix * count for (prefix, _), count in prefixes.items())
        shares = sum(prefix / turns * count for (prefix, turns), count in sorted(prefixes.items()))
        return RunAccuracy(
            turns=Fraction(sum(self._right_at), sum(self._all_at)),
            dialogues=Fraction(right_dialogues, dialogues),
            turns_interval=interval(sums[:, 0] / sums[:, 1]),
            dialogues_interval=interval(sums[:, 2] / max(dialogues, 1)),
            prefix_turns=Fraction(prefix_turns, dialogues).value,
            prefix_share=shares / max(dialogues, 1),
            by_turn=tuple(map(Fraction, self._right_at, self._all_at)),
        )
