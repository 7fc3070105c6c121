"""Turns that saw the same and did something else: no policy can have them all right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.baselines.histories import histories
from turncast.data.finding import Example, Finding, Place, many
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction

_Actions = tuple[str, ...]


@dataclass(slots=True)
class _Taken:
    """What was done after one history."""

    counts: Counter[_Actions] = field(default_factory=Counter)
    first: dict[_Actions, Place] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """Turns that the best single answer to this history has wrong."""
        return self.counts.total() - max(self.counts.values())


class Contradictions:
    """Finds turns with the same visible history and other actions.

    Visible is what a policy sees: the users' texts, the facts, and the actions taken before. Texts are
    compared as they are written.
    """

    def __init__(self, examples: int) -> None:
        self._examples = examples
        self._turns = 0
        self._seen_something = False
        # A history's first turn stays a pair: most histories come once, and there are as many as turns.
        self._once: dict[int, tuple[_Actions, Place]] = {}
        self._taken: dict[int, _Taken] = {}

    def add(self, dialogue: Dialogue) -> None:
        """Take in a dialogue."""
        for number, (history, turn) in enumerate(zip(histories(dialogue), dialogue, strict=True), start=1):
            self._turns += 1
            self._seen_something = self._seen_something or turn.user is not None or bool(turn.facts)
            actions, place = tuple(sorted(turn.actions)), Place(dialogue.id, number)
            if history not in self._once:
                self._once[history] = (actions, place)
                continue
            taken = self._taken.get(history)
            if taken is None:
                before, first = self._once[history]
                taken = self._taken[history] = _Taken(Counter([before]), {before: first})
            taken.counts[actions] += 1
            taken.first.setdefault(actions, place)

    def findings(self) -> Iterator[Finding]:
        """Yield at most one finding, with the accuracy that the contradictions leave possible."""
        unlike = [taken for taken in self._taken.values() if len(taken.counts) > 1]
        if not unlike:
            return
        lost = sum(taken.lost for taken in unlike)
        best = Fraction(self._turns - lost, self._turns)
        unlike.sort(key=lambda taken: -taken.lost)
        yield Finding(
            "contradictions",
            "warning" if self._seen_something else "note",
            len(unlike),
            f"{many(len(unlike), 'history', 'histories')} of the same texts, facts and actions with unlike "
            f"actions next: no policy can have more turns right than {best}",
            "look for a fact that the system saw and the corpus lacks, or mend the labels",
            tuple(_example(taken) for taken in unlike[: self._examples]),
            {"turns_lost": lost, "best_accuracy": best.value},
        )


def _example(taken: _Taken) -> Example:
    ranked = taken.counts.most_common(3)
    more = len(taken.counts) - len(ranked)
    what = ", ".join(f"{count:,} x {' + '.join(actions) or '(nothing)'}" for actions, count in ranked)
    return Example(
        what + (f", {more:,} more" if more else ""), tuple(taken.first[actions] for actions, _ in ranked)
    )
