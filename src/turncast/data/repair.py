"""Repair what needs no decision: remove exact duplicates, and blanks around actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from turncast.corpus import Corpus
from turncast.data.convert import WrittenFile, convert
from turncast.data.similarity import exact_key, is_comparable
from turncast.dialogue import Dialogue, Turn


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair changed.

    Attributes:
        written: the new file.
        removed: the id of each removed dialogue, and of the earlier one that it equals.
        stripped: the number of turns of each action that lost the blanks around its name.
    """

    written: WrittenFile
    removed: Mapping[str, str]
    stripped: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return the record as plain values."""
        return self.written.to_json() | {"removed": dict(self.removed), "stripped": dict(self.stripped)}


def repair(
    corpus: Corpus, out: str | Path, *, force: bool = False, progress: Callable[[int], None] | None = None
) -> Repaired:
    """Write a corpus as JSON Lines without exact duplicates and without blanks around actions.

    A dialogue is removed if an earlier one has the same turns, metadata and group. Dialogues of actions
    alone, as in event logs, are kept: many are equal by nature.

    >>> from turncast.dialogue import Turn
    >>> twice = Corpus("twice", [Dialogue(name, [Turn("hello", [" greet "])]) for name in "ab"])
    >>> result = repair(twice, Path(getfixture("tmp_path")) / "repaired.jsonl")
    >>> result.written.dialogues, result.removed, result.stripped
    (1, {'b': 'a'}, {' greet ': 2})
    """
    repairs = _Repairs()
    repaired = corpus.map(repairs.strip).filter(lambda _, dialogue: repairs.is_first(dialogue))
    written = convert(repaired, out, "jsonl", force=force, progress=progress)
    return Repaired(written, repairs.removed, dict(repairs.stripped))


@dataclass(slots=True)
class _Repairs:
    """Repairs dialogues one by one, and notes what it changes."""

    removed: dict[str, str] = field(default_factory=dict)
    stripped: Counter[str] = field(default_factory=Counter)
    _first: dict[object, str] = field(default_factory=dict)

    def strip(self, dialogue: Dialogue) -> Dialogue:
        return replace(dialogue, turns=tuple(self._strip(turn) for turn in dialogue))

    def is_first(self, dialogue: Dialogue) -> bool:
        if not is_comparable(dialogue):
            return True
        key = (exact_key(dialogue), repr(sorted(dialogue.metadata.items())), dialogue.group)
        earlier = self._first.setdefault(key, dialogue.id)
        if earlier != dialogue.id:
            self.removed[dialogue.id] = earlier
        return earlier == dialogue.id

    def _strip(self, turn: Turn) -> Turn:
        padded = [action for action in turn.actions if action.strip() not in ("", action)]
        if not padded:
            return turn
        self.stripped.update(padded)
        return replace(turn, actions=tuple(action.strip() or action for action in turn.actions))
