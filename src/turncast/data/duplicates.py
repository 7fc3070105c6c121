"""Duplicate dialogues in a corpus, and leaks: dialogues of the test part that are in the corpus too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.data.finding import Finding, Location, Occurrence, Severity, count_noun
from turncast.data.similarity import MinHash, SimilarityIndex, exact_key, is_comparable, spelling_key
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction


@dataclass(slots=True)
class _Matches:
    """The number of dialogues, and the pairs of ids (earlier, later) that are equal or similar."""

    dialogues: int = 0
    exact: list[tuple[str, str]] = field(default_factory=list)
    near: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Keys:
    """The keys by which a dialogue is compared."""

    exact: bytes
    spelling: bytes | None
    min_hash: MinHash | None


class DuplicateCheck:
    """Find equal and nearly equal dialogues, within the corpus and between it and the test part.

    Dialogues of actions alone, as in event logs, are not compared: many are equal by nature.
    """

    def __init__(self, examples: int, near: float) -> None:
        self._examples = examples
        self._exact: dict[bytes, str] = {}
        self._spelling: dict[bytes, str] = {}
        self._index = SimilarityIndex(near)
        self._within, self._leaks = _Matches(), _Matches()
        self._groups: dict[str, str] = {}
        self._shared_groups: dict[str, tuple[str, str]] = {}

    def add(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the corpus."""
        if dialogue.group is not None:
            self._groups.setdefault(dialogue.group, dialogue.id)
        self._within.dialogues += 1
        if not is_comparable(dialogue):
            return
        keys = self._keys(dialogue)
        self._match(dialogue.id, keys, self._within)
        self._exact.setdefault(keys.exact, dialogue.id)
        if keys.spelling is not None:
            self._spelling.setdefault(keys.spelling, dialogue.id)
        self._index.add(dialogue.id, keys.min_hash)

    def add_test(self, dialogue: Dialogue) -> None:
        """Add a dialogue of the test part, after the whole corpus."""
        group = dialogue.group
        if group is not None and group in self._groups:
            self._shared_groups.setdefault(group, (self._groups[group], dialogue.id))
        self._leaks.dialogues += 1
        if is_comparable(dialogue):
            self._match(dialogue.id, self._keys(dialogue), self._leaks)

    def _keys(self, dialogue: Dialogue) -> _Keys:
        spelling = spelling_key(dialogue)
        min_hash = None if spelling is None else self._index.min_hash(dialogue)
        return _Keys(exact_key(dialogue), spelling, min_hash)

    def _match(self, name: str, keys: _Keys, matches: _Matches) -> None:
        equal = self._exact.get(keys.exact)
        if equal is not None:
            matches.exact.append((equal, name))
            return
        similar = self._spelling.get(keys.spelling) if keys.spelling is not None else None
        if similar is None:
            similar = self._index.nearest(keys.min_hash)
        if similar is not None:
            matches.near.append((similar, name))

    def findings(self) -> Iterator[Finding]:
        """Yield the findings: shared groups, leaks, duplicates."""
        if self._shared_groups:
            yield self._group_finding()
        cure = "split the dialogues again, or leave these out of the test part"
        leaks, within = self._leaks, self._within
        yield from self._pairs("leaks", "warning", leaks.exact, "are in the corpus too", cure)
        nearly = "are nearly the same as one of the corpus"
        yield from self._pairs("near_leaks", "warning", leaks.near, nearly, cure)
        same = "are the same as an earlier one"
        yield from self._pairs("duplicates", "warning", within.exact, same, "remove them with --fix")
        nearly, cure = "are nearly the same as an earlier one", "keep them in one part when you split"
        yield from self._pairs("near_duplicates", "note", within.near, nearly, cure)

    def _pairs(
        self, check: str, severity: Severity, pairs: list[tuple[str, str]], what: str, cure: str
    ) -> Iterator[Finding]:
        if not pairs:
            return
        in_test = check.endswith("leaks")
        matches, part = (self._leaks, "test") if in_test else (self._within, "")
        share = Fraction(len(pairs), matches.dialogues)
        examples = tuple(
            Occurrence("", (Location(earlier), Location(later, part=part)))
            for earlier, later in pairs[: self._examples]
        )
        message = f"{share} {'test ' if in_test else ''}dialogues {what}"
        yield Finding(check, severity, len(pairs), message, cure, examples, {"share": share.value})

    def _group_finding(self) -> Finding:
        shared = self._shared_groups
        return Finding(
            check="shared_groups",
            severity="error",
            count=len(shared),
            message=f"{count_noun(len(shared), 'group')} of dialogues in both the corpus and the test part",
            cure="split by group: turncast data split",
            examples=tuple(
                Occurrence(group, (Location(one), Location(other, part="test")))
                for group, (one, other) in list(shared.items())[: self._examples]
            ),
        )
