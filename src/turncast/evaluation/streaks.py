"""One way through a corpus, teacher-forced or free-running: how many turns and dialogues it has right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from turncast.evaluation.bootstrap import Interval, interval, resample
from turncast.metrics import Fraction


@dataclass(frozen=True, slots=True)
class Run:
    """How a policy went through a corpus.

    Attributes:
        turns: turns that are right, of all.
        dialogues: dialogues of which every turn is right, of all.
        turns_interval: 95% interval of the turn accuracy, by bootstrap over dialogues.
        dialogues_interval: the same of the dialogue accuracy.
        prefix_turns: mean number of turns of a dialogue before its first wrong one.
        prefix_share: mean share of a dialogue's turns before its first wrong one; 1 where all are right.
        by_turn: turns that are right among the first of all dialogues, among the second, and so on.
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
    """Counts over judged dialogues, from which a `Run` is made.

    >>> tally = RunTally()
    >>> tally.add([True, False, True, True])
    >>> tally.add([True, True])
    >>> run = tally.run()
    >>> run.turns, run.dialogues, run.prefix_turns, run.prefix_share
    (Fraction(part=5, whole=6), Fraction(part=1, whole=2), 1.5, 0.625)
    >>> [str(share) for share in run.by_turn[:2]]
    ['100.0% (2 of 2)', '50.0% (1 of 2)']
    """

    # (right turns, all turns, turns before the first wrong one) -> dialogues: enough for every figure, and
    # the sums come out the same in whatever order the dialogues were read.
    _kinds: Counter[tuple[int, int, int]] = field(default_factory=Counter)
    _right_at: list[int] = field(default_factory=list)
    _all_at: list[int] = field(default_factory=list)

    def add(self, right: Sequence[bool]) -> None:
        """Take in a dialogue: whether each of its turns is right."""
        before = next((place for place, well in enumerate(right) if not well), len(right))
        self._kinds[sum(right), len(right), before] += 1
        longer = len(right) - len(self._all_at)
        self._right_at += [0] * longer
        self._all_at += [0] * longer
        for place, well in enumerate(right):
            self._right_at[place] += well
            self._all_at[place] += 1

    def run(self) -> Run:
        """Return the figures; all are 0 where there was no dialogue."""
        kinds, prefixes = Counter[tuple[int, ...]](), Counter[tuple[int, int]]()
        for (right, turns, before), count in self._kinds.items():
            kinds[right, turns, int(right == turns)] += count
            prefixes[before, turns] += count
        sums = resample(kinds or {(0, 1, 0): 1})
        dialogues = kinds.total()
        whole = sum(all_right * count for (_, _, all_right), count in kinds.items())
        prefix = sum(before * count for (before, _), count in prefixes.items())
        share = sum(before / turns * count for (before, turns), count in sorted(prefixes.items()))
        return Run(
            turns=Fraction(sum(self._right_at), sum(self._all_at)),
            dialogues=Fraction(whole, dialogues),
            turns_interval=interval(sums[:, 0] / sums[:, 1]),
            dialogues_interval=interval(sums[:, 2] / max(dialogues, 1)),
            prefix_turns=Fraction(prefix, dialogues).value,
            prefix_share=share / max(dialogues, 1),
            by_turn=tuple(map(Fraction, self._right_at, self._all_at)),
        )
