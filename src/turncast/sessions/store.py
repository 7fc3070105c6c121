"""The interface of a store of conversations, and the values that it saves and returns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from turncast.sessions.event import Event

ANSWER_TIMEOUT = 5.0
"""The default time-out, in seconds, of an answer of PostgreSQL or Redis."""


@dataclass(frozen=True, slots=True)
class StoredConversation:
    """A conversation as it was last saved.

    Attributes:
        id: the id of the conversation.
        model: the name of its model.
        version: how often it was saved.
        state: `Session.state` after the last save.
        created: the time of the first save, in seconds since 1970.
        updated: the time of the last save, in seconds since 1970.
    """

    id: str
    model: str
    version: int
    state: bytes
    created: float
    updated: float


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer to a request, stored so that a repeated request gets the same answer.

    Attributes:
        key: the id that the client gave its request.
        request: the hash of the request; another request with the same key is refused.
        content: the answer, as JSON.
    """

    key: str
    request: str
    content: str


@dataclass(frozen=True, slots=True)
class ConversationUpdate:
    """What to save of one conversation; it is saved as a whole, or not at all.

    Attributes:
        id: the id of the conversation.
        version: the version that the store must have now; 0 where the conversation must not exist yet.
        model: the name of its model.
        state: the new `Session.state`.
        events: the new events.
        at: the time, in seconds since 1970.
        answer: the answer to the request; None where the client gave its request no id.
    """

    id: str
    version: int
    model: str
    state: bytes
    events: tuple[Event, ...]
    at: float
    answer: StoredAnswer | None = None


class Store(Protocol):
    """Stores conversations. Threads and processes may share it.

    Every method raises `StoreError` where the store cannot be reached; nothing is then half written.
    """

    def load(self, ids: Collection[str]) -> Mapping[str, StoredConversation]:
        """Return the conversations with these ids; ids that do not exist are left out."""
        ...

    def answers(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], StoredAnswer]:
        """Return the stored answers to these requests, by the conversation's id and the client's key."""
        ...

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all events of a conversation, in order; none where it does not exist."""
        ...

    def save(self, updates: Sequence[ConversationUpdate]) -> list[bool]:
        """Save each update whose conversation has the expected version; return which were saved.

        The updates are of different conversations. Once this returns, every reader sees what was saved.
        """
        ...

    def delete(self, id: str) -> bool:
        """Delete a conversation with its events and answers, and return whether it existed."""
        ...

    def expire(self, before: float) -> int:
        """Delete the conversations that were last saved before this time, and return their number."""
        ...

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation, once."""
        ...

    def check(self) -> None:
        """Return where the store can be reached; raise `StoreError` where it cannot."""
        ...

    def close(self) -> None:
        """Close the connections of the store."""
        ...
