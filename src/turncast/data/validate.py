"""Validate a corpus, and check for leaks between its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from turncast.corpus import Corpus
from turncast.data.action_checks import ActionChecks
from turncast.data.beginning_check import BeginningCheck
from turncast.data.contradictions import ContradictionCheck
from turncast.data.duplicates import DuplicateCheck
from turncast.data.finding import SEVERITIES, Finding, Severity
from turncast.data.leak_checks import LeakChecks
from turncast.data.turn_checks import TurnChecks


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of a validation.

    Attributes:
        corpus: the corpus's name.
        dialogues: the number of dialogues, without the test part.
        turns: the number of turns, without the test part.
        findings: errors first, then warnings, then notes.
    """

    corpus: str
    dialogues: int
    turns: int
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[Severity, int]:
        """The number of findings of each severity."""
        counts = Counter(finding.severity for finding in self.findings)
        return {severity: counts[severity] for severity in SEVERITIES}

    def to_json(self) -> dict[str, Any]:
        """Return the validation as plain values."""
        return {
            "corpus": self.corpus,
            "dialogues": self.dialogues,
            "turns": self.turns,
            **{f"{severity}s": count for severity, count in self.counts.items()},
            "findings": [finding.to_json() for finding in self.findings],
        }


def validate(
    corpus: Corpus,
    test: Corpus | None = None,
    *,
    min_count: int = 3,
    near: float = 0.9,
    max_words: int = 1000,
    examples: int = 3,
    progress: Callable[[int], None] | None = None,
) -> Validation:
    """Find problems that lower accuracy or make a score wrong, in a corpus and between it and a test part.

    Args:
        corpus: the corpus to train on; read once.
        test: the test part; read once.
        min_count: actions that occur fewer times are reported.
        near: the share of common runs of three words from which two dialogues are nearly the same.
        max_words: longer user texts are reported.
        examples: the largest number of examples per finding.
        progress: called with the number of turns read so far.

    >>> from turncast import Dialogue, Turn
    >>> dialogues = [Dialogue(name, [Turn("hello", [f"greet_{name}"])]) for name in "ab"]
    >>> validation = validate(Corpus("two", dialogues), min_count=1)
    >>> [(finding.check, finding.count) for finding in validation.findings]
    [('contradictions', 1)]
    """
    contradictions = ContradictionCheck(examples)
    duplicates = DuplicateCheck(examples, near)
    beginnings = BeginningCheck(examples)
    actions = ActionChecks(examples, min_count)
    turn_checks = TurnChecks(examples, max_words)
    leaks = LeakChecks(examples)
    dialogues = turns = 0
    for dialogue in corpus:
        if not dialogue.turns:  # it has only a turn that has not happened yet
            continue
        for check in (contradictions, duplicates, beginnings, actions, turn_checks, leaks):
            check.add(dialogue)
        dialogues, turns = dialogues + 1, turns + len(dialogue)
        if progress:
            progress(turns)
    turns_read = turns
    for dialogue in test or ():
        duplicates.add_test(dialogue)
        beginnings.add_test(dialogue)
        actions.add_test(dialogue)
        turns_read += len(dialogue)
        if progress:
            progress(turns_read)
    findings = [
        finding
        for check in (duplicates, beginnings, actions, turn_checks, leaks, contradictions)
        for finding in check.findings()
    ]
    findings.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Validation(corpus.name, dialogues, turns, tuple(findings))
