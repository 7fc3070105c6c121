"""Live conversations as a corpus: the committed actions are the targets of the next training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.dialogue_sources import LazyDialogues
from turncast.sessions.event import ends_open, turns_from_events
from turncast.sessions.open_store import open_store
from turncast.sessions.store import Store

OPEN = "last turn that was not committed"
EMPTY = "conversation without a committed turn"


def corpus_from_store(store: Store, name: str = "conversations") -> Corpus:
    """Return all conversations of a store as a corpus, read lazily, with the committed actions of each turn.

    A last turn that was observed and not committed is skipped, because its right actions are unknown.
    `skipped` counts what was left out, by reason.

    >>> from turncast.sessions.event import Event
    >>> from turncast.sessions.store import ConversationUpdate
    >>> store = open_store("memory:")
    >>> events = Event("observed", 1, (), "hello"), Event("committed", 1, ("greet",)), Event("observed", 2)
    >>> store.save([ConversationUpdate("c1", version=0, model="default", state=b"", events=events, at=0)])
    [True]
    >>> corpus = corpus_from_store(store)
    >>> [(dialogue.id, [turn.actions for turn in dialogue]) for dialogue in corpus], corpus.skipped
    ([('c1', [('greet',)])], {'last turn that was not committed': 1})
    """
    return Corpus(name, _stored_dialogues(lambda: nullcontext(store)))


def read_store(url: str) -> Corpus:
    """Return all conversations of the store that a URL names; see `corpus_from_store`.

    Each pass opens the store and closes it. A store that does not exist is not created.
    """
    return Corpus("conversations", _stored_dialogues(lambda: closing(open_store(url, create=False))))


def _stored_dialogues(opened: Callable[[], AbstractContextManager[Store]]) -> LazyDialogues:
    """Return the conversations of a store that is opened for each pass."""

    def start(skipped: Counter[str]) -> Iterator[Dialogue]:
        with opened() as store:
            for id in store.ids():
                events = store.events(id)
                turns = turns_from_events(events)
                if ends_open(events):
                    skipped[OPEN] += 1
                    turns = turns[:-1]
                if turns:
                    yield Dialogue(id, turns)
                else:
                    skipped[EMPTY] += 1

    return LazyDialogues(start)
