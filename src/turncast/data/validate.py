"""What is wrong with a corpus, and between its parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from turncast.corpus import Corpus
from turncast.data.contradictions import Contradictions
from turncast.data.duplicates import Duplicates
from turncast.data.finding import SEVERITIES, Finding, Severity
from turncast.data.labels import Labels
from turncast.data.turn_checks import TurnChecks


@dataclass(frozen=True, slots=True)
class Validation:
    """What a validation found.

    Attributes:
        corpus: the corpus's name.
        dialogues: how many were looked at, those of the test part not counted.
        turns: of all of them.
        findings: errors first, then warnings, then notes.
    """

    corpus: str
    dialogues: int
    turns: int
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        found = Counter(finding.severity for finding in self.findings)
        return {severity: found[severity] for severity in SEVERITIES}

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
    """Look for what costs accuracy, or makes a score untrue, in a corpus and between it and a test part.

    Args:
        corpus: what a policy is to learn from; read once.
        test: what it is to be judged on.
        min_count: actions seen fewer times are reported.
        near: share of their runs of three words from which two dialogues are nearly the same.
        max_words: longer user texts are reported.
        examples: how many of each finding to show.
        progress: called with the number of turns read so far.

    >>> from turncast import Dialogue, Turn
    >>> unlike = [Dialogue(name, [Turn("hello", [f"greet_{name}"])]) for name in "ab"]
    >>> found = validate(Corpus("two", unlike), min_count=1)
    >>> [(finding.check, finding.count) for finding in found.findings]
    [('contradictions', 1)]
    """
    contradictions = Contradictions(examples)
    duplicates = Duplicates(examples, near)
    labels = Labels(examples, min_count)
    turn_checks = TurnChecks(examples, max_words)
    dialogues = turns = 0
    for dialogue in corpus:
        for check in (contradictions, duplicates, labels, turn_checks):
            check.add(dialogue)
        dialogues, turns = dialogues + 1, turns + len(dialogue)
        if progress:
            progress(turns)
    read = turns
    for dialogue in test or ():
        duplicates.add_test(dialogue)
        labels.add_test(dialogue)
        read += len(dialogue)
        if progress:
            progress(read)
    found = [
        finding for check in (duplicates, labels, turn_checks, contradictions) for finding in check.findings()
    ]
    found.sort(key=lambda finding: SEVERITIES.index(finding.severity))
    return Validation(corpus.name, dialogues, turns, tuple(found))
