"""Contradictions: turns with the same history and different actions, which cap the accuracy of any policy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.baselines import turn_histories
from turncast.data.finding import Finding, Location, Occurrence, count_noun
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction
from turncast.vocabulary import join_actions

_Actions = tuple[str, ...]


@dataclass(slots=True)
class _ActionsOfHistory:
    """The actions that followed one history: how often, and where first."""

    counts: Counter[_Actions] = field(default_factory=Counter)
    first: dict[_Actions, Location] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        """The number of turns that are wrong when this history always gets its most frequent actions."""
        return self.counts.total() - max(self.counts.values())


class ContradictionCheck:
    """Find turns with the same visible history and different actions.

    The visible history is what a policy reads: user texts, facts and previous actions. Texts are compared
    as they are written.
    """

    def __init__(self, examples: int) -> None:
        self._examples = examples
        self._turns = 0
        self._has_inputs = False
        # Most histories occur once, and there may be as many as turns: a pair needs the least memory.
        self._first_turns: dict[int, tuple[_Actions, Location]] = {}
        self._repeated: dict[int, _ActionsOfHistory] = {}

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the corpus."""
        for number, (history, turn) in enumerate(
            zip(turn_histories(dialogue), dialogue, strict=True), start=1
        ):
            self._turns += 1
            self._has_inputs = self._has_inputs or turn.user is not None or bool(turn.facts)
            actions, location = tuple(sorted(turn.actions)), Location(dialogue.id, number)
            if history not in self._first_turns:
                self._first_turns[history] = (actions, location)
                continue
            entry = self._repeated.get(history)
            if entry is None:
                before, first = self._first_turns[history]
                entry = self._repeated[history] = _ActionsOfHistory(Counter([before]), {before: first})
            entry.counts[actions] += 1
            entry.first.setdefault(actions, location)

    def findings(self) -> Iterator[Finding]:
        """Yield at most one finding, with the best accuracy that is still possible."""
        contradictions = [entry for entry in self._repeated.values() if len(entry.counts) > 1]
        if not contradictions:
            return
        lost = sum(entry.lost for entry in contradictions)
        best = Fraction(self._turns - lost, self._turns)
        contradictions.sort(key=lambda entry: -entry.lost)
        yield Finding(
            check="contradictions",
            severity="warning" if self._has_inputs else "note",
            count=len(contradictions),
            message=f"{count_noun(len(contradictions), 'history', 'histories')} of the same texts, facts and "
            f"actions with different actions next: no policy can have more turns right than {best}",
            cure="look for a fact that the system knew and the corpus lacks, or correct the labels",
            examples=tuple(_occurrence(entry) for entry in contradictions[: self._examples]),
            figures={"turns_lost": lost, "best_accuracy": best.value},
        )


def _occurrence(entry: _ActionsOfHistory) -> Occurrence:
    ranked = entry.counts.most_common(3)
    more = len(entry.counts) - len(ranked)
    what = ", ".join(f"{count:,} x {join_actions(actions)}" for actions, count in ranked)
    locations = tuple(entry.first[actions] for actions, _ in ranked)
    return Occurrence(what + (f", {more:,} more" if more else ""), locations)
