"""The actions of a corpus: rare ones, ones that only the test part has, and two spellings of one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator

from turncast.data.finding import Example, Finding, Place, many
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction

# What people put between the words of a name, and at its end. Other signs may tell labels apart.
_BETWEEN = re.compile(r"(?<!\d)[\s_\-./:]+|[\s_\-./:]+(?!\d)")
_AT_THE_ENDS = re.compile(r"^[\s_\-./:]+|[\s_\-./:,;!?]+$")


def plain_spelling(action: str) -> str:
    """Return an action without case, blanks and punctuation, which spellings of one action share.

    Points between digits stay, and so do signs that are names themselves.

    >>> plain_spelling("Ask_Name "), plain_spelling("ask-name."), plain_spelling("v1.2"), plain_spelling("+")
    ('askname', 'askname', 'v1.2', '+')
    """
    folded = unicodedata.normalize("NFKC", action).casefold()
    plain = _BETWEEN.sub("", _AT_THE_ENDS.sub("", folded))
    return plain or folded


class Labels:
    """Finds actions that are rare, that only the test part has, and that look like two spellings of one."""

    def __init__(self, examples: int, min_count: int) -> None:
        self._examples, self._min_count = examples, min_count
        self._counts, self._test_counts = Counter[str](), Counter[str]()
        self._first: dict[str, Place] = {}
        self._test_turns = 0
        self._unlearnt_turns: dict[str, int] = {}

    def add(self, dialogue: Dialogue) -> None:
        """Take in a dialogue of the corpus."""
        for number, turn in enumerate(dialogue, start=1):
            for action in turn.actions:
                self._counts[action] += 1
                if action not in self._first:
                    self._first[action] = Place(dialogue.id, number)

    def add_test(self, dialogue: Dialogue) -> None:
        """Take in a dialogue of the test part, after all of the corpus."""
        for number, turn in enumerate(dialogue, start=1):
            self._test_turns += 1
            for action in turn.actions:
                self._test_counts[action] += 1
                if action not in self._first:
                    self._first[action] = Place(dialogue.id, number, "test")
            unknown = next((action for action in turn.actions if action not in self._counts), None)
            if unknown is not None:
                self._unlearnt_turns[unknown] = self._unlearnt_turns.get(unknown, 0) + 1

    def findings(self) -> Iterator[Finding]:
        """Yield what was found."""
        yield from self._without()
        yield from self._only_in_test()
        yield from self._spellings()
        yield from self._blanks()
        yield from self._rare()

    def _without(self) -> Iterator[Finding]:
        if not self._counts:
            yield Finding("no_actions", "error", 1, "no turn has an action", "there is nothing to learn")

    def _only_in_test(self) -> Iterator[Finding]:
        only = [action for action in self._test_counts if action not in self._counts]
        if not only:
            return
        lost = Fraction(sum(self._unlearnt_turns.values()), self._test_turns)
        yield Finding(
            "only_in_test",
            "warning",
            len(only),
            f"{many(len(only), 'action')} only in the test part; its turns cannot be right: {lost}",
            "split the dialogues anew, or map them with turncast data label",
            self._shown(only, self._test_counts),
            {"turns": lost.part, "turns_share": lost.value},
        )

    def _spellings(self) -> Iterator[Finding]:
        together = self._counts + self._test_counts
        alike: dict[str, list[str]] = {}
        for action, _ in together.most_common():
            alike.setdefault(plain_spelling(action), []).append(action)
        found = [actions for actions in alike.values() if len(actions) > 1]
        if not found:
            return
        yield Finding(
            "spellings",
            "warning",
            len(found),
            f"{many(len(found), 'action')} in spellings that differ only in case, blanks or punctuation",
            "give them one name with turncast data label",
            tuple(
                Example(
                    ", ".join(f"{together[action]:,} x {action!r}" for action in actions),
                    tuple(self._first[action] for action in actions),
                )
                for actions in found[: self._examples]
            ),
        )

    def _blanks(self) -> Iterator[Finding]:
        found = [action for action in self._counts if action != action.strip()]
        if found:
            yield Finding(
                "blanks",
                "warning",
                len(found),
                f"{many(len(found), 'action')} with blanks around the name",
                "remove them with --fix",
                self._shown(found, self._counts),
            )

    def _rare(self) -> Iterator[Finding]:
        rare = [action for action, count in self._counts.items() if count < self._min_count]
        if not rare:
            return
        share = Fraction(len(rare), len(self._counts))
        yield Finding(
            "rare_actions",
            "warning",
            len(rare),
            f"{share} actions seen fewer than {self._min_count} times",
            "record more of them, or merge them with turncast data label",
            self._shown(sorted(rare, key=lambda action: self._counts[action]), self._counts),
            {"share": share.value},
        )

    def _shown(self, actions: list[str], counts: Counter[str]) -> tuple[Example, ...]:
        return tuple(
            Example(f"{counts[action]:,} x {action!r}", (self._first[action],))
            for action in actions[: self._examples]
        )
