"""Where conversations are kept: one small interface, and how to open what a URL names."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from turncast.errors import ConfigError, did_you_mean
from turncast.sessions.event import Event


@dataclass(frozen=True, slots=True)
class Stored:
    """A conversation as it was saved last.

    Attributes:
        id: its name.
        model: the name of the model that it is had with.
        version: how often it was saved.
        state: where it stands, as `Session.state` gives it.
        created: when it began, in seconds since 1970.
        updated: when it was saved last, the same.
    """

    id: str
    model: str
    version: int
    state: bytes
    created: float
    updated: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a client was answered, for the case that it asks again.

    Attributes:
        key: the id that the client gave its request.
        request: a hash of the request: another one with the same key is refused.
        content: the answer.
    """

    key: str
    request: str
    content: str


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be saved of one conversation, all or nothing.

    Attributes:
        id: which conversation.
        version: the version that it must have now; 0 where it must not be there yet.
        model: the name of its model.
        state: where it now stands.
        events: what happened.
        at: when, in seconds since 1970.
        answer: what the client is answered, where it gave its request an id.
    """

    id: str
    version: int
    model: str
    state: bytes
    events: tuple[Event, ...]
    at: float
    answer: Answer | None = None


class Store(Protocol):
    """Where conversations are kept. Threads and processes may share it.

    Every method raises `StoreError` where the store cannot be reached; nothing is then half written.
    """

    def load(self, ids: Collection[str]) -> Mapping[str, Stored]:
        """Return those of the conversations that there are."""
        ...

    def answers(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Answer]:
        """Return what was answered to these requests, each a conversation's id and the client's key."""
        ...

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all that happened in a conversation, in order; nothing where there is none."""
        ...

    def save(self, changes: Sequence[Change]) -> list[bool]:
        """Save each change whose conversation has the expected version, and say which were saved.

        The changes are of different conversations. What is saved is there for all from now on.
        """
        ...

    def delete(self, id: str) -> bool:
        """Delete a conversation with all that belongs to it, and say whether there was one."""
        ...

    def expire(self, before: float) -> int:
        """Delete the conversations that were saved last before this time, and return their number."""
        ...

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation, once."""
        ...

    def check(self) -> None:
        """Do nothing, where the store can be reached."""
        ...

    def close(self) -> None:
        """Give back what the store holds."""
        ...


_KINDS = ("memory", "sqlite", "postgresql", "redis", "rediss")


def open_store(url: str, *, create: bool = True) -> Store:
    """Open what a URL names.

    Args:
        url: `memory:` (lost with the process), `sqlite:///file.db`, `postgresql://user@host/database` or
            `redis://host:6379/0`.
        create: whether a database that is not there is made.

    Raises:
        ConfigError: for a URL of another kind.
        MissingExtra: where a library is not installed.
        StoreError: where the store cannot be reached.

    >>> store = open_store("memory:")
    >>> store.save([Change("c1", 0, "default", b"", (Event("observed", 1),), at=12.5)])
    [True]
    >>> store.load(["c1", "c2"])["c1"].version, list(store.ids())
    (1, ['c1'])
    >>> open_store("sqlit:///file.db")
    Traceback (most recent call last):
    turncast.errors.ConfigError: unknown kind of store 'sqlit'; did you mean 'sqlite'?
    """
    kind = url.partition(":")[0].partition("+")[0]
    if kind == "memory":
        from turncast.sessions.memory_store import MemoryStore

        return MemoryStore()
    if kind in ("sqlite", "postgresql"):
        from turncast.sessions.sql_store import SqlStore

        return SqlStore(url, create=create)
    if kind in ("redis", "rediss"):
        from turncast.sessions.redis_store import RedisStore

        return RedisStore(url)
    cure = did_you_mean(kind, _KINDS) or f"; it is one of {', '.join(_KINDS)}, as sqlite:///file.db"
    raise ConfigError(f"unknown kind of store {kind!r}{cure}")
