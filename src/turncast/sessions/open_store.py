"""Open the store that a URL names."""

from __future__ import annotations

from collections.abc import Callable

from turncast.errors import ConfigError, did_you_mean
from turncast.sessions.store import ANSWER_TIMEOUT, Store


def open_store(url: str, *, read_only: bool = False, timeout: float = ANSWER_TIMEOUT) -> Store:
    """Open the store that a URL names.

    Args:
        url: `memory:` (lost with the process), `sqlite:///file.db`, `postgresql://user@host/database` or
            `redis://host:6379/0`.
        read_only: for reading alone: nothing is created, and a SQLite file and its folder stay as they are.
        timeout: the time-out, in seconds, of an answer of PostgreSQL or Redis.

    Raises:
        ConfigError: for a URL of another kind.
        MissingExtra: where a library is not installed.
        StoreError: where the store cannot be reached.

    >>> from turncast.sessions.event import Event
    >>> from turncast.sessions.store import ConversationUpdate
    >>> store = open_store("memory:")
    >>> events = (Event("observed", 1),)
    >>> store.save([ConversationUpdate("c1", version=0, model="default", state=b"", events=events, at=12.5)])
    [True]
    >>> store.load(["c1", "c2"])["c1"].version, list(store.ids())
    (1, ['c1'])
    >>> open_store("sqlit:///file.db")
    Traceback (most recent call last):
    turncast.errors.ConfigError: unknown kind of store 'sqlit'; did you mean 'sqlite'?
    """
    kind = url.partition(":")[0].partition("+")[0]
    if kind not in _OPENERS:
        cure = did_you_mean(kind, _OPENERS) or f"; it is one of {', '.join(_OPENERS)}, as sqlite:///file.db"
        raise ConfigError(f"unknown kind of store {kind!r}{cure}")
    return _OPENERS[kind](url, read_only, timeout)


# Each function imports a library that only its own extra installs.
def _open_memory(_url: str, _read_only: bool, _timeout: float) -> Store:
    from turncast.sessions.memory_store import MemoryStore

    return MemoryStore()


def _open_sql(url: str, read_only: bool, timeout: float) -> Store:
    from turncast.sessions.sql_store import SqlStore

    return SqlStore(url, read_only=read_only, timeout=timeout)


def _open_redis(url: str, _read_only: bool, timeout: float) -> Store:
    from turncast.sessions.redis_store import RedisStore

    return RedisStore(url, timeout=timeout)


_OPENERS: dict[str, Callable[[str, bool, float], Store]] = {
    "memory": _open_memory,
    "sqlite": _open_sql,
    "postgresql": _open_sql,
    "redis": _open_redis,
    "rediss": _open_redis,
}
