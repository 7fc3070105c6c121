"""Searching a corpus."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn

PAGE = 10
"""So many dialogues are on a page."""


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for.

    Attributes:
        text: in what users and the system say, in any case; empty for all.
        action: which the same turn must take; empty for any.
        page: counted from 1.
    """

    text: str = ""
    action: str = ""
    page: int = 1

    def fits(self, turn: Turn) -> bool:
        """Tell whether a turn is looked for.

        >>> Search("TEA", "serve").fits(Turn("a tea", ["serve"])), Search("tea").fits(Turn("coffee"))
        (True, False)
        """
        wanted = self.text.casefold()
        said = any(wanted in (text or "").casefold() for text in (turn.user, turn.response))
        return said and (not self.action or self.action in turn.actions)


@dataclass(frozen=True, slots=True)
class Hit:
    """A dialogue that was found, and the numbers of its turns that fit, counted from 1."""

    dialogue: Dialogue
    turns: frozenset[int]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found.

    Attributes:
        name: the corpus's.
        hits: those of the page.
        fitting: dialogues that fit, on all pages.
        dialogues: all that there are.
        turns: the same.
        actions: how many turns take each action, the most frequent first.
        skipped: what the reader left out.
    """

    name: str
    hits: tuple[Hit, ...]
    fitting: int
    dialogues: int
    turns: int
    actions: Mapping[str, int]
    skipped: Mapping[str, int]

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.fitting // PAGE))


def search(corpus: Corpus, wanted: Search) -> Found:
    """Look through a corpus once; no more than a page of it is held in memory.

    >>> turns = {"a": Turn("tea", ["serve"]), "b": Turn("bye", ["end"])}
    >>> corpus = Corpus("two", [Dialogue(id, [turn]) for id, turn in turns.items()])
    >>> found = search(corpus, Search("TEA"))
    >>> [hit.dialogue.id for hit in found.hits], found.fitting, found.dialogues, dict(found.actions)
    (['a'], 1, 2, {'end': 1, 'serve': 1})
    """
    actions, hits = Counter[str](), list[Hit]()
    dialogues = turns = fitting = 0
    first = (wanted.page - 1) * PAGE
    everything = not wanted.text and not wanted.action
    for dialogue in corpus:
        dialogues += 1
        turns += len(dialogue)
        numbers = set[int]()
        for number, turn in enumerate(dialogue, start=1):
            actions.update(turn.actions)
            if not everything and wanted.fits(turn):
                numbers.add(number)
        if everything or numbers:
            if first <= fitting < first + PAGE:
                hits.append(Hit(dialogue, frozenset(numbers)))
            fitting += 1
    ordered = dict(sorted(actions.items(), key=lambda one: (-one[1], one[0])))
    return Found(corpus.name, tuple(hits), fitting, dialogues, turns, ordered, dict(corpus.skipped))
