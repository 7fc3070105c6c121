"""Where the dialogues of a corpus come from: memory, or a function that reads them at each pass."""

from __future__ import annotations

import inspect
import weakref
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sized
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from turncast.dialogue import Dialogue
from turncast.errors import ArgumentError, CorpusError


@runtime_checkable
class Dialogues(Protocol):
    """Dialogues that can be iterated again and again, and counts of what was skipped.

    A reader of files, the conversations of a store, a view of either, and a `Corpus` are such values.
    """

    def __iter__(self) -> Iterator[Dialogue]:
        """Start a new pass over the dialogues."""
        ...

    @property
    def skipped(self) -> Mapping[str, int]:
        """What the last whole pass skipped: reason -> count. Empty before the first whole pass."""
        ...


@runtime_checkable
class DescribedDialogues(Dialogues, Protocol):
    """Dialogues that also know their number, and how their files were read."""

    def __len__(self) -> int:
        """Return the number of dialogues, after a pass over them if it is not known."""
        ...

    @property
    def known_length(self) -> int | None:
        """The number of dialogues; None if it is not known before the first whole pass."""
        ...

    @property
    def notes(self) -> Mapping[str, int]:
        """How the last pass read its files (formats, columns): a line -> the number of files."""
        ...


@dataclass(frozen=True, slots=True)
class PlainSource:
    """Describes dialogues that only iterate and count what they skip: no notes, no known length."""

    dialogues: Dialogues
    known_length: None = None
    notes: Mapping[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Dialogue]:
        return iter(self.dialogues)

    def __len__(self) -> int:
        return len(self.dialogues) if isinstance(self.dialogues, Sized) else sum(1 for _ in self)

    @property
    def skipped(self) -> Mapping[str, int]:
        """What the last whole pass of the dialogues skipped."""
        return self.dialogues.skipped


def note_lines(notes: Mapping[str, int]) -> list[str]:
    """Return notes as lines, with the number of files if there are several.

    >>> note_lines({"format: csv": 2, "columns: dialogue = 'case', action = 'activity'": 1})
    ['format: csv (2 files)', "columns: dialogue = 'case', action = 'activity'"]
    """
    return [text + (f" ({files} files)" if files > 1 else "") for text, files in notes.items()]


def no_dialogue(where: str, skipped: Mapping[str, int]) -> CorpusError:
    """Return the error for a source in which there is no dialogue, whatever kind of source it is."""
    most = Counter(skipped).most_common(4)
    counts = ", ".join(f"{count} x {reason}" for reason, count in most)
    problem = "no dialogue was found" + (f" (skipped: {counts})" if counts else "")
    return CorpusError(where, problem, "give at least one dialogue with a turn")


Pass = Callable[["Counter[str]"], Iterator[Dialogue]]
"""Yields the dialogues of one pass, and adds what it skips to the counter, by reason."""

Transformation = Callable[[Iterator[Dialogue], "Counter[str]"], Iterator[Dialogue]]
"""Yields dialogues made from others, and adds what it skips to the counter, by reason."""


@dataclass(frozen=True, slots=True)
class LoadedDialogues:
    """Dialogues in memory, and the counts of what their reader skipped."""

    dialogues: tuple[Dialogue, ...]
    skipped: Mapping[str, int]
    notes: Mapping[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Dialogue]:
        return iter(self.dialogues)

    def __len__(self) -> int:
        return len(self.dialogues)

    @property
    def known_length(self) -> int:
        """The number of dialogues."""
        return len(self.dialogues)


@dataclass(slots=True, eq=False)
class LazyDialogues:
    """Dialogues that a function yields at each pass.

    Args:
        start: called for each pass with an empty counter, to which it adds what it skips, by reason.
        sources: the dialogues that `start` reads in each pass; their counts are added to `skipped`.
        file_notes: how `start` reads the files: a line -> the number of files; `start` adds to it.
    """

    start: Pass
    sources: tuple[DescribedDialogues, ...] = ()
    file_notes: Counter[str] = field(default_factory=Counter[str])
    _counts: Mapping[str, int] = field(default_factory=dict, init=False)
    _length: int | None = field(default=None, init=False)
    _last_pass: weakref.ref[Generator[Dialogue]] | None = field(default=None, init=False)

    def __iter__(self) -> Iterator[Dialogue]:
        dialogues = self._read()
        self._last_pass = weakref.ref(dialogues)
        return dialogues

    def _read(self) -> Generator[Dialogue]:
        counts, length = Counter[str](), 0
        for dialogue in self.start(counts):
            length += 1
            yield dialogue
        self._counts, self._length = dict(counts.most_common()), length

    @property
    def known_length(self) -> int | None:
        """The number of dialogues of the last whole pass; None before the first."""
        return self._length

    def __len__(self) -> int:
        """Return the number of dialogues, after a pass over them if there was none."""
        if self._length is not None:
            return self._length
        last = None if self._last_pass is None else self._last_pass()
        if last is not None and inspect.getgeneratorstate(last) == inspect.GEN_CREATED:
            # `list(corpus)` asks for the length right after it began a pass: that must not read all twice.
            raise ArgumentError(
                "corpus", "a pass over it has just begun", "ask for its length before or after"
            )
        return sum(1 for _ in self)

    @property
    def notes(self) -> Mapping[str, int]:
        """How the files of the last pass were read, in the sources and here."""
        total = dict[str, int]()
        for notes in (*(source.notes for source in self.sources), self.file_notes):
            total |= notes
        return total

    @property
    def skipped(self) -> Mapping[str, int]:
        """What the last whole pass skipped, in the sources and here."""
        total = Counter[str]()
        for counts in (*(source.skipped for source in self.sources), self._counts):
            total.update(counts)
        return dict(total)
