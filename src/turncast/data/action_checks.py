"""Checks of the actions of a corpus: rare ones, ones only in the test part, several spellings of one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from turncast.data.finding import Finding, Location, Occurrence, count_noun
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction

# Separators between the words of a name, and at its ends. Other characters may distinguish actions.
_SEPARATORS = re.compile(r"(?<!\d)[\s_\-./:]+|[\s_\-./:]+(?!\d)")
_ENDS = re.compile(r"^[\s_\-./:]+|[\s_\-./:,;!?]+$")


def plain_spelling(action: str) -> str:
    """Return an action without case, blanks and punctuation: the same for all spellings of one action.

    Separators between digits are kept, and so is a name that has no other characters.

    >>> plain_spelling("Ask_Name "), plain_spelling("ask-name."), plain_spelling("v1.2"), plain_spelling("+")
    ('askname', 'askname', 'v1.2', '+')
    """
    folded = unicodedata.normalize("NFKC", action).casefold()
    return _SEPARATORS.sub("", _ENDS.sub("", folded)) or folded


class ActionChecks:
    """Find actions that are rare, only in the test part, or spellings of one another."""

    def __init__(self, examples: int, min_count: int) -> None:
        self._examples, self._min_count = examples, min_count
        self._counts, self._test_counts = Counter[str](), Counter[str]()
        self._first: dict[str, Location] = {}
        self._test_turns = 0
        self._turns_with_unknown: Counter[str] = Counter()

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the corpus."""
        for number, turn in enumerate(dialogue, start=1):
            for action in turn.actions:
                self._counts[action] += 1
                if action not in self._first:
                    self._first[action] = Location(dialogue.id, number)

    def add_test(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the test part, after the whole corpus."""
        for number, turn in enumerate(dialogue, start=1):
            self._test_turns += 1
            for action in turn.actions:
                self._test_counts[action] += 1
                if action not in self._first:
                    self._first[action] = Location(dialogue.id, number, "test")
            unknown = next((action for action in turn.actions if action not in self._counts), None)
            if unknown is not None:
                self._turns_with_unknown[unknown] += 1

    def findings(self) -> Iterator[Finding]:
        """Yield the findings."""
        if not self._counts:
            yield Finding("no_actions", "error", 1, "no turn has an action", "there is nothing to learn")
        yield from self._only_in_test()
        yield from self._spellings()
        yield from self._blanks()
        yield from self._rare()

    def _only_in_test(self) -> Iterator[Finding]:
        unknown = [action for action in self._test_counts if action not in self._counts]
        if not unknown:
            return
        lost = Fraction(self._turns_with_unknown.total(), self._test_turns)
        yield Finding(
            check="only_in_test",
            severity="warning",
            count=len(unknown),
            message=f"{count_noun(len(unknown), 'action')} only in the test part; its turns cannot be right: "
            f"{lost}",
            cure="split the dialogues again, or map them with turncast data label",
            examples=self._occurrences(unknown, self._test_counts),
            figures={"turns": lost.part, "turns_share": lost.value},
        )

    def _spellings(self) -> Iterator[Finding]:
        counts = self._counts + self._test_counts
        by_spelling: dict[str, list[str]] = {}
        for action, _ in counts.most_common():
            by_spelling.setdefault(plain_spelling(action), []).append(action)
        several = [actions for actions in by_spelling.values() if len(actions) > 1]
        if not several:
            return
        yield Finding(
            check="spellings",
            severity="warning",
            count=len(several),
            message=f"{count_noun(len(several), 'action')} in spellings that differ only in case, blanks or "
            "punctuation",
            cure="give them one name with turncast data label",
            examples=tuple(
                Occurrence(
                    ", ".join(f"{counts[action]:,} x {action!r}" for action in actions),
                    tuple(self._first[action] for action in actions),
                )
                for actions in several[: self._examples]
            ),
        )

    def _blanks(self) -> Iterator[Finding]:
        padded = [action for action in self._counts if action != action.strip()]
        if padded:
            yield Finding(
                check="blanks",
                severity="warning",
                count=len(padded),
                message=f"{count_noun(len(padded), 'action')} with blanks around the name",
                cure="remove them with --fix",
                examples=self._occurrences(padded, self._counts),
            )

    def _rare(self) -> Iterator[Finding]:
        rare = [action for action, count in self._counts.items() if count < self._min_count]
        if not rare:
            return
        share = Fraction(len(rare), len(self._counts))
        yield Finding(
            check="rare_actions",
            severity="warning",
            count=len(rare),
            message=f"{share} actions taken fewer than {self._min_count} times",
            cure="record more of them, or merge them with turncast data label",
            examples=self._occurrences(sorted(rare, key=lambda action: self._counts[action]), self._counts),
            figures={"share": share.value},
        )

    def _occurrences(self, actions: list[str], counts: Counter[str]) -> tuple[Occurrence, ...]:
        return tuple(
            Occurrence(f"{counts[action]:,} x {action!r}", (self._first[action],))
            for action in actions[: self._examples]
        )
