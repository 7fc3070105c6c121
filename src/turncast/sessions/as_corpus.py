"""Live conversations as a corpus: what was really done becomes what the next model learns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.sessions.event import ends_open, turns_of
from turncast.sessions.store import Store, open_store

OPEN = "last turn that was not committed"
EMPTY = "conversation without a committed turn"


def corpus_of(store: Store, name: str = "conversations") -> Corpus:
    """Return all conversations of a store as a corpus, read lazily, each with the actions really taken.

    A last turn that was observed and not committed is left out: what was done there is not known. What is
    left out is counted in `skipped`.

    >>> from turncast.sessions.event import Event
    >>> from turncast.sessions.store import Change
    >>> store = open_store("memory:")
    >>> events = Event("observed", 1, (), "hello"), Event("committed", 1, ("greet",)), Event("observed", 2)
    >>> store.save([Change("c1", 0, "default", b"", events, at=0)])
    [True]
    >>> corpus = corpus_of(store)
    >>> [(dialogue.id, [turn.actions for turn in dialogue]) for dialogue in corpus], corpus.skipped
    ([('c1', [('greet',)])], {'last turn that was not committed': 1})
    """
    return Corpus(name, _Conversations(lambda: nullcontext(store)))


def read_store(url: str) -> Corpus:
    """Return all conversations of the store that a URL names; see `corpus_of`.

    Each pass opens the store anew, and closes it. A store that is not there is not made.
    """
    return Corpus("conversations", _Conversations(lambda: closing(open_store(url, create=False))))


@dataclass(slots=True)
class _Conversations:
    """The conversations of a store; each pass counts anew what it leaves out."""

    opened: Callable[[], AbstractContextManager[Store]]
    counts: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Dialogue]:
        self.counts = Counter()
        with self.opened() as store:
            for id in store.ids():
                events = store.events(id)
                turns = turns_of(events)
                if ends_open(events):
                    self.counts[OPEN] += 1
                    turns = turns[:-1]
                if turns:
                    yield Dialogue(id, turns)
                else:
                    self.counts[EMPTY] += 1

    @property
    def skipped(self) -> Mapping[str, int]:
        return dict(self.counts)
