"""Dialogues that are the beginning of another one, in a corpus and between it and the test part."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.data.finding import Finding, Location, Occurrence
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction
from turncast.readers.beginnings import prefix_hashes


@dataclass(slots=True)
class _Part:
    """The dialogues of a part with user text, by hash."""

    dialogues: int = 0
    whole: list[tuple[int, str]] = field(default_factory=list)  # (hash of all turns, id)
    longer: dict[int, str] = field(default_factory=dict)  # hash of a beginning -> id of a longer dialogue

    def add(self, dialogue: Dialogue) -> None:
        self.dialogues += 1
        if any(turn.user is not None for turn in dialogue):
            *beginnings, last = prefix_hashes(dialogue)
            self.whole.append((last, dialogue.id))
            for beginning in beginnings:
                self.longer.setdefault(beginning, dialogue.id)


class BeginningCheck:
    """Find dialogues that are the beginning of a longer one, as in logs that repeat the conversation so far.

    Dialogues without user text are not compared: stories and event logs may begin alike.
    """

    def __init__(self, examples: int) -> None:
        self._examples = examples
        self._corpus, self._test = _Part(), _Part()

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the corpus."""
        self._corpus.add(dialogue)

    def add_test(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the test part."""
        self._test.add(dialogue)

    def findings(self) -> Iterator[Finding]:
        """Yield the findings: leaks, beginnings."""
        corpus, test = self._corpus, self._test
        leaks = [
            Occurrence("", (Location(corpus.longer[key]), Location(name, part="test")))
            for key, name in test.whole
            if key in corpus.longer
        ] + [
            Occurrence("", (Location(name), Location(test.longer[key], part="test")))
            for key, name in corpus.whole
            if key in test.longer
        ]
        cure = "split the dialogues again, with the id of the conversation as their group"
        what = "times a dialogue of the one part is the beginning of one of the test part, or the reverse"
        yield from self._finding("beginning_leaks", leaks, test.dialogues, what, cure)
        within = [
            Occurrence("", (Location(corpus.longer[key]), Location(name)))
            for key, name in corpus.whole
            if key in corpus.longer
        ]
        cure = "keep only the longest record of each conversation"
        what = "dialogues are the beginning of another one, as in logs that repeat the conversation so far"
        yield from self._finding("beginnings", within, corpus.dialogues, what, cure)

    def _finding(
        self, check: str, pairs: list[Occurrence], dialogues: int, what: str, cure: str
    ) -> Iterator[Finding]:
        if pairs:
            share = Fraction(len(pairs), dialogues)
            message = f"{share} {what}" if check == "beginnings" else f"{len(pairs):,} {what}"
            figures = {"share": share.value}
            yield Finding(check, "warning", len(pairs), message, cure, pairs[: self._examples], figures)
