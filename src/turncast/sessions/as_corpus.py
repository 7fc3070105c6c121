"""Live conversations as a corpus: the committed actions are the targets of the next training."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, nullcontext

from turncast.corpus import Corpus
from turncast.dialogue import Dialogue, Turn
from turncast.dialogue_sources import LazyDialogues, no_dialogue
from turncast.sessions.event import ends_open, num_decided_turns, turns_from_events
from turncast.sessions.open_store import open_store
from turncast.sessions.store import Store

OPEN = "last turn that was not committed"
OPEN_INSIDE = "turn that was not committed, and the turns after it"
EMPTY = "conversation without a committed turn"


def corpus_from_store(store: Store, name: str = "conversations") -> Corpus:
    """Return all conversations of a store as a corpus, read lazily, with the committed actions of each turn.

    A turn that was observed and not committed is skipped, because its right actions are unknown: a dialogue
    ends before it. `skipped` counts what was left out, by reason.

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


def read_store(url: str, *, pending: bool = False) -> Corpus:
    """Return all conversations of the store that a URL names; see `corpus_from_store`.

    Each pass opens the store for reading alone, and closes it.

    Args:
        url: the URL; see `open_store`.
        pending: give conversations that end with a turn that was not committed that turn
            (`Dialogue.pending`), instead of skipping it.

    Raises:
        CorpusError: at the end of a pass that found no conversation with a committed turn.
        StoreError: where the store does not exist, or cannot be read.
    """
    dialogues = _stored_dialogues(lambda: closing(open_store(url, read_only=True)), pending=pending)

    def start(skipped: Counter[str]) -> Iterator[Dialogue]:
        is_empty = True
        for dialogue in dialogues.start(skipped):
            is_empty = False
            yield dialogue
        if is_empty:
            raise no_dialogue(_without_password(url), skipped)

    return Corpus("conversations", LazyDialogues(start))


def _without_password(url: str) -> str:
    return re.sub(r"(://[^/@]*):[^/@]*@", r"\1:***@", url)


def _stored_dialogues(
    opened: Callable[[], AbstractContextManager[Store]], *, pending: bool = False
) -> LazyDialogues:
    """Return the conversations of a store that is opened for each pass."""

    def start(skipped: Counter[str]) -> Iterator[Dialogue]:
        with opened() as store:
            for id in store.ids():
                events = store.events(id)
                turns = turns_from_events(events)
                next_turn: Turn | None = None
                if ends_open(events):
                    turns, next_turn = turns[:-1], turns[-1]
                if next_turn is not None and not pending:
                    skipped[OPEN] += 1
                    next_turn = None
                num_decided = num_decided_turns(events)
                if num_decided < len(turns) and not pending:
                    skipped[OPEN_INSIDE] += len(turns) - num_decided
                    turns = turns[:num_decided]
                if turns or next_turn:
                    yield Dialogue(id, turns, pending=next_turn)
                else:
                    skipped[EMPTY] += 1

    return LazyDialogues(start)
