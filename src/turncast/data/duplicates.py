"""The same dialogue twice, and dialogues of the test part that stand in the training part too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from turncast.data.finding import Example, Finding, Place, Severity, many
from turncast.data.likeness import Likeness, Signature, exact_key, is_comparable, spelling_key
from turncast.dialogue import Dialogue
from turncast.metrics import Fraction


@dataclass(slots=True)
class _Matches:
    """Dialogues that are like an earlier one: (how, earlier, later)."""

    dialogues: int = 0
    exact: list[tuple[str, str]] = field(default_factory=list)
    near: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Traits:
    """What a dialogue is compared by."""

    exact: bytes
    spelling: bytes | None
    signature: Signature | None


class Duplicates:
    """Finds dialogues that come twice, exactly or nearly, within the corpus and between it and the test part.

    Dialogues of actions alone, as event logs have them, are not compared: many take the same course.
    """

    def __init__(self, examples: int, near: float) -> None:
        self._examples = examples
        self._exact: dict[bytes, str] = {}
        self._spelling: dict[bytes, str] = {}
        self._likeness = Likeness(near)
        self._within, self._leaks = _Matches(), _Matches()
        self._groups: dict[str, str] = {}
        self._shared_groups: dict[str, tuple[str, str]] = {}

    def add(self, dialogue: Dialogue) -> None:
        """Take in a dialogue of the corpus."""
        if dialogue.group is not None:
            self._groups.setdefault(dialogue.group, dialogue.id)
        self._within.dialogues += 1
        if not is_comparable(dialogue):
            return
        traits = self._traits(dialogue)
        self._match(dialogue.id, traits, self._within)
        self._exact.setdefault(traits.exact, dialogue.id)
        if traits.spelling is not None:
            self._spelling.setdefault(traits.spelling, dialogue.id)
        self._likeness.add(dialogue.id, traits.signature)

    def add_test(self, dialogue: Dialogue) -> None:
        """Take in a dialogue of the test part, after all of the corpus."""
        group = dialogue.group
        if group is not None and group in self._groups:
            self._shared_groups.setdefault(group, (self._groups[group], dialogue.id))
        self._leaks.dialogues += 1
        if is_comparable(dialogue):
            self._match(dialogue.id, self._traits(dialogue), self._leaks)

    def _traits(self, dialogue: Dialogue) -> _Traits:
        spelling = spelling_key(dialogue)
        signature = None if spelling is None else self._likeness.signature(dialogue)
        return _Traits(exact_key(dialogue), spelling, signature)

    def _match(self, name: str, traits: _Traits, matches: _Matches) -> None:
        same = self._exact.get(traits.exact)
        if same is not None:
            matches.exact.append((same, name))
            return
        like = self._spelling.get(traits.spelling) if traits.spelling is not None else None
        if like is None:
            like = self._likeness.nearest(traits.signature)
        if like is not None:
            matches.near.append((like, name))

    def findings(self) -> Iterator[Finding]:
        """Yield what was found: shared groups, leaks, duplicates."""
        if self._shared_groups:
            yield self._group_finding()
        cure = "split the dialogues anew, or leave these out of the test part"
        yield from self._pairs("leaks", "warning", self._leaks.exact, "stand in the corpus too", "test", cure)
        yield from self._pairs(
            "near_leaks",
            "warning",
            self._leaks.near,
            "are nearly the same as one of the corpus",
            "test",
            cure,
        )
        yield from self._pairs(
            "duplicates",
            "warning",
            self._within.exact,
            "are the same as an earlier one",
            "",
            "remove them with --fix",
        )
        yield from self._pairs(
            "near_duplicates",
            "note",
            self._within.near,
            "are nearly the same as an earlier one",
            "",
            "keep them in one part when you split",
        )

    def _pairs(
        self, check: str, severity: Severity, pairs: list[tuple[str, str]], what: str, part: str, cure: str
    ) -> Iterator[Finding]:
        if not pairs:
            return
        matches = self._leaks if part else self._within
        share = Fraction(len(pairs), matches.dialogues)
        examples = tuple(
            Example("", (Place(earlier), Place(later, part=part)))
            for earlier, later in pairs[: self._examples]
        )
        message = f"{share} {part + ' ' if part else ''}dialogues {what}"
        yield Finding(check, severity, len(pairs), message, cure, examples, {"share": share.value})

    def _group_finding(self) -> Finding:
        shared = self._shared_groups
        return Finding(
            "shared_groups",
            "error",
            len(shared),
            f"{many(len(shared), 'group')} of dialogues stand in both the corpus and the test part",
            "split by group: turncast data split",
            tuple(
                Example(group, (Place(one), Place(other, part="test")))
                for group, (one, other) in list(shared.items())[: self._examples]
            ),
        )
