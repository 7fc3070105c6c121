"""Checks for facts that give the action of their turn away, and for names that were taken for user texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.candidates import without_candidates
from turncast.data.finding import Finding, Location, Occurrence, count_noun
from turncast.dialogue import Dialogue, value_name

_MIN_TURNS = 10  # fewer turns prove nothing
_MIN_SHARE = 0.75  # of the errors without the fact, those that it must avoid
_MIN_PRESENCE = 0.5  # of the turns
_MAX_PAIRS = 100_000  # of values and actions of one fact; more values are no cause but an id
_MAX_NAMES = 0.2  # distinct user texts per turn, up to which they may be names
_MAX_NAME_WORDS = 2


@dataclass(slots=True)
class _Pairs:
    """How often each value occurs with each set of actions."""

    first: Location
    counts: dict[str, Counter[tuple[str, ...]]] = field(default_factory=dict)
    size: int = 0

    def add(self, value: str, actions: tuple[str, ...]) -> None:
        if self.size < _MAX_PAIRS:
            of_value = self.counts.setdefault(value, Counter())
            self.size += actions not in of_value
            of_value[actions] += 1

    @property
    def turns(self) -> int:
        return sum(counts.total() for counts in self.counts.values())

    def avoided_errors(self) -> float:
        """Return the share of the errors of the most frequent action that knowing the value avoids.

        Each turn is judged by the other turns with its value, so that a value that occurs once avoids none
        (Goodman and Kruskal's lambda, leave-one-out).
        """
        turns = self.turns
        actions = sum(self.counts.values(), Counter[tuple[str, ...]]())
        errors = turns - max(actions.values())
        right = sum(most for counts in self.counts.values() if (most := max(counts.values())) > 1)
        return 1 - (turns - right) / errors if errors else 0.0


class LeakChecks:
    """Find facts that nearly determine the action of their own turn, and user texts that are names."""

    def __init__(self, examples: int) -> None:
        self._examples, self._turns = examples, 0
        self._facts: dict[str, _Pairs] = {}
        self._texts: _Pairs | None = None
        self._may_be_names = True

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the corpus."""
        for number, turn in enumerate(dialogue, start=1):
            self._turns += 1
            location = Location(dialogue.id, number)
            for name, value in without_candidates(turn.facts).items():
                pairs = self._facts.get(name) or self._facts.setdefault(name, _Pairs(location))
                pairs.add(value_name(value), turn.actions)
            if self._may_be_names:
                self._add_text(turn.user, turn.response, turn.actions, location)

    def _add_text(
        self, user: str | None, response: str | None, actions: tuple[str, ...], location: Location
    ) -> None:
        if user is None or response is not None or len(user.split()) > _MAX_NAME_WORDS:
            self._may_be_names, self._texts = False, None
            return
        self._texts = self._texts or _Pairs(location)
        self._texts.add(user, actions)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings."""
        leaks = [
            (name, pairs, pairs.avoided_errors())
            for name, pairs in self._facts.items()
            if pairs.turns >= max(_MIN_TURNS, _MIN_PRESENCE * self._turns)
        ]
        leaks = [leak for leak in leaks if leak[2] >= _MIN_SHARE]
        if leaks:
            yield Finding(
                check="facts_determine_action",
                severity="warning",
                count=len(leaks),
                message=f"{count_noun(len(leaks), 'fact')} that nearly give the action of the same turn away",
                cure="check that it is known before the action; if it is known only with it (who did it, its "
                "cost, its duration), leave it out, or make it a fact of the next turn: of a table with "
                "--column after=NAME",
                examples=tuple(
                    Occurrence(f"{name} (avoids {share:.0%} of the errors)", (pairs.first,))
                    for name, pairs, share in leaks[: self._examples]
                ),
            )
        texts = self._texts
        if texts and texts.turns >= _MIN_TURNS and 1 < len(texts.counts) <= _MAX_NAMES * texts.turns:
            yield Finding(
                check="texts_like_names",
                severity="warning",
                count=len(texts.counts),
                message=f"only {len(texts.counts):,} different user texts, each a word or two",
                cure="check whether they are what the user said, or who did the action (the column 'user' of "
                "an event log): then leave them out with --column user=",
                examples=tuple(Occurrence(text) for text in list(texts.counts)[: self._examples]),
            )
