"""What can be mended without asking anybody: exact duplicates, and blanks around actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from turncast.corpus import Corpus
from turncast.data.convert import Written, convert
from turncast.data.likeness import exact_key, is_comparable
from turncast.dialogue import Dialogue, Turn


@dataclass(frozen=True, slots=True)
class Repaired:
    """What a repair changed.

    Attributes:
        written: the new file.
        removed: dialogues left out, and the earlier one that each equals.
        stripped: actions that lost the blanks around them, with the number of turns.
    """

    written: Written
    removed: Mapping[str, str]
    stripped: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain values."""
        return self.written.to_json() | {"removed": dict(self.removed), "stripped": dict(self.stripped)}


def repair(
    corpus: Corpus, out: str | Path, *, force: bool = False, progress: Callable[[int], None] | None = None
) -> Repaired:
    """Write a corpus as JSON Lines without exact duplicates and without blanks around actions.

    A dialogue is left out where an earlier one has the same turns, metadata and group. Dialogues of actions
    alone stay: many event logs take the same course.

    >>> from turncast.dialogue import Turn
    >>> twice = Corpus("twice", [Dialogue(name, [Turn("hello", [" greet "])]) for name in "ab"])
    >>> found = repair(twice, Path(getfixture("tmp_path")) / "mended.jsonl")
    >>> found.written.dialogues, found.removed, found.stripped
    (1, {'b': 'a'}, {' greet ': 2})
    """
    mended = _Mended(corpus)
    written = convert(Corpus(corpus.name, mended), out, "jsonl", force=force, progress=progress)
    return Repaired(written, mended.removed, dict(mended.stripped))


@dataclass(slots=True)
class _Mended:
    """The dialogues of a corpus, mended one by one; each pass counts anew."""

    corpus: Corpus
    removed: dict[str, str] = field(default_factory=dict)
    stripped: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Dialogue]:
        self.removed, self.stripped = {}, Counter()
        first: dict[object, str] = {}
        for dialogue in self.corpus:
            mended = replace(dialogue, turns=tuple(self._strip(turn) for turn in dialogue))
            if is_comparable(mended):
                known = (exact_key(mended), repr(sorted(mended.metadata.items())), mended.group)
                earlier = first.setdefault(known, mended.id)
                if earlier != mended.id:
                    self.removed[mended.id] = earlier
                    continue
            yield mended

    def _strip(self, turn: Turn) -> Turn:
        blank = [action for action in turn.actions if action.strip() not in ("", action)]
        if not blank:
            return turn
        self.stripped.update(blank)
        return replace(turn, actions=tuple(action.strip() or action for action in turn.actions))

    @property
    def skipped(self) -> Mapping[str, int]:
        return self.corpus.skipped
