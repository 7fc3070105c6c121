"""Open the store that a URL names."""

from __future__ import annotations

from turncast.errors import ConfigError, did_you_mean
from turncast.sessions.store import Store

_KINDS = ("memory", "sqlite", "postgresql", "redis", "rediss")


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store that a URL names.

    Args:
        url: `memory:` (lost with the process), `sqlite:///file.db`, `postgresql://user@host/database` or
            `redis://host:6379/0`.
        create: whether to create a database that does not exist.

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
    # Each import needs a library of its own, which an extra installs.
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
