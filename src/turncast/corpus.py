"""A corpus: dialogues with a name, read lazily or held in memory."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from turncast.dialogue import Dialogue


@dataclass(frozen=True, slots=True)
class Corpus:
    """An ordered collection of dialogues with a name.

    The dialogues may be a tuple in memory, or anything that can be iterated again and again: a reader
    hands in a lazy view of its files, so that a corpus never has to fit into memory.

    >>> from turncast.dialogue import Turn
    >>> corpus = Corpus("tiny", [Dialogue("d1", [Turn("hello", ["greet"])])])
    >>> [dialogue.id for dialogue in corpus]
    ['d1']
    """

    name: str
    dialogues: Iterable[Dialogue]

    def __post_init__(self) -> None:
        if isinstance(self.dialogues, Iterator):
            raise TypeError("a corpus is read more than once; give a list, not an iterator")

    def __iter__(self) -> Iterator[Dialogue]:
        return iter(self.dialogues)

    @property
    def skipped(self) -> Mapping[str, int]:
        """What the reader left out in its last whole pass: reason -> count."""
        return getattr(self.dialogues, "skipped", {})

    def load(self) -> Corpus:
        """Return the same corpus with its dialogues in memory.

        Python's collector of cycles rests meanwhile: it would look at all dialogues again and again, for a
        third of the time, and find nothing.
        """
        collects = gc.isenabled()
        gc.disable()
        try:
            dialogues = tuple(self.dialogues)
        finally:
            if collects:
                gc.enable()
        return Corpus(self.name, _Loaded(dialogues, self.skipped))

    def filter(self, keep: Callable[[int, Dialogue], bool]) -> Corpus:
        """Return the dialogues for which `keep(position, dialogue)` holds, still lazily.

        >>> from turncast.dialogue import Turn
        >>> corpus = Corpus("tiny", [Dialogue(name, [Turn("hello", ["greet"])]) for name in "abc"])
        >>> [dialogue.id for dialogue in corpus.filter(lambda position, _: position != 1)]
        ['a', 'c']
        """
        return Corpus(self.name, _Filtered(self, keep))


@dataclass(frozen=True, slots=True)
class _Loaded:
    """Dialogues in memory, with the counts of what their reader left out."""

    dialogues: tuple[Dialogue, ...]
    skipped: Mapping[str, int]

    def __iter__(self) -> Iterator[Dialogue]:
        return iter(self.dialogues)


@dataclass(frozen=True, slots=True)
class _Filtered:
    """The dialogues of a corpus for which `keep(position, dialogue)` holds."""

    corpus: Corpus
    keep: Callable[[int, Dialogue], bool]

    def __iter__(self) -> Iterator[Dialogue]:
        return (dialogue for position, dialogue in enumerate(self.corpus) if self.keep(position, dialogue))

    @property
    def skipped(self) -> Mapping[str, int]:
        return self.corpus.skipped
