"""Conversations in SQLite or PostgreSQL, by SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from turncast.errors import ConfigError, MissingExtra, StoreError
from turncast.sessions.event import Event
from turncast.sessions.store import Answer, Change, Store, Stored

try:
    import sqlalchemy as sql
    from sqlalchemy import event as sql_event

    from turncast.sessions.sql_tables import ANSWERS, CONVERSATIONS, EVENTS, METADATA, Statements
except ImportError:
    raise MissingExtra("keeping conversations in a database", "serve") from None

_json = json.JSONEncoder(ensure_ascii=False).encode
_WAIT = 10  # seconds that a writer of SQLite waits for another
_READS = "turncast_reads"  # a connection that only reads: it needs no transaction
_MOST = 500  # rows at once, where all are looked at or many deleted


class SqlStore(Store):
    """Keeps conversations in SQLite (write-ahead log) or PostgreSQL; several processes may share one.

    Args:
        url: `sqlite:///file.db` or `postgresql://user@host/database`.
        create: whether the file, and the tables, are made where they are not there.

    Raises:
        ConfigError: for a URL that cannot be read.
        MissingExtra: where PostgreSQL's driver is not installed.
        StoreError: where the database cannot be reached.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        self._engine = _engine(url)
        self._where = self._engine.url.render_as_string(hide_password=True)
        dialect = self._engine.dialect.name
        self._statements = Statements.of(dialect)
        self._read = {_READS: True} if dialect == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
        if create:
            with self._guard():
                METADATA.create_all(self._engine)
        elif dialect == "sqlite" and not Path(self._engine.url.database or "").is_file():
            raise StoreError(f"{self._where}: there is no such file; check the path")

    def load(self, ids: Collection[str]) -> dict[str, Stored]:
        """Return those of the conversations that there are."""
        with self._reading() as connection:
            rows = connection.execute(self._statements.load, {"ids": list(ids)})
            return {row.id: Stored(*row) for row in rows}

    def answers(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Answer]:
        """Return what was answered to these requests."""
        if not keys:
            return {}
        with self._reading() as connection:
            rows = connection.execute(self._statements.answers, {"keys": list(keys)})
            return {(id, key): Answer(key, request, content) for id, key, request, content in rows}

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all that happened in a conversation, in order."""
        with self._reading() as connection:
            rows = connection.execute(self._statements.events, {"id": id})
            return tuple(Event.from_json(json.loads(text)) for (text,) in rows)

    def save(self, changes: Sequence[Change]) -> list[bool]:
        """Save each change whose conversation has the expected version, all in one transaction."""
        statements, begin = self._statements, self._statements.begin
        with self._writing() as connection:
            known = [change.id for change in changes if change.version]
            found = connection.execute(statements.lock, {"ids": known}) if known else ()
            versions: dict[str, int] = {row.id: row.version for row in found}
            saved = [
                versions.get(change.id) == change.version
                if change.version
                else _begin(connection, begin, change)
                for change in changes
            ]
            kept = [change for change, fits in zip(changes, saved, strict=True) if fits]
            updates = [{"which": change.id, **_row(change)} for change in kept if change.version]
            if updates:
                connection.execute(statements.update, updates)
            if events := [row for change in kept for row in _event_rows(change)]:
                connection.execute(EVENTS.insert(), events)
            if answers := [_answer_row(change.id, change.answer) for change in kept if change.answer]:
                connection.execute(ANSWERS.insert(), answers)
        return saved

    def delete(self, id: str) -> bool:
        """Delete a conversation with all that belongs to it."""
        with self._writing() as connection:
            return _delete(connection, [id]) == 1

    def expire(self, before: float) -> int:
        """Delete the conversations that were saved last before this time."""
        total = 0
        while True:
            with self._writing() as connection:
                rows = connection.execute(self._statements.old, {"before": before, "most": _MOST})
                old = [id for (id,) in rows]
                total += _delete(connection, old) if old else 0
            if len(old) < _MOST:
                return total

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation, in order."""
        after = ""
        while True:
            with self._reading() as connection:
                rows = connection.execute(self._statements.ids, {"after": after, "most": _MOST})
                page = [id for (id,) in rows]
            yield from page
            if len(page) < _MOST:
                return
            after = page[-1]

    def check(self) -> None:
        """Do nothing, where the database answers."""
        with self._reading() as connection:
            connection.execute(sql.select(sql.literal(1)))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[sql.Connection]:
        with self._guard(), self._engine.connect().execution_options(**self._read) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sql.Connection]:
        with self._guard(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except (sql.exc.DBAPIError, sql.exc.TimeoutError) as error:
            cause = str(getattr(error, "orig", None) or type(error).__name__).strip().partition("\n")[0]
            cure = "check that it is there, and may be written to"
            raise StoreError(f"{self._where}: the store failed ({cause}); {cure}") from None


def _engine(url: str) -> sql.Engine:
    try:
        parsed = sql.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "postgresql":
            return _postgres(parsed)
        engine = sql.create_engine(parsed, connect_args={"timeout": _WAIT, "check_same_thread": False})
    except (sql.exc.ArgumentError, sql.exc.NoSuchModuleError, ValueError):
        example = "write it as sqlite:///file.db or postgresql://user@host/database"
        raise ConfigError(f"the URL of the store cannot be read; {example}") from None
    except ImportError:
        raise MissingExtra("PostgreSQL", "postgres") from None
    if not parsed.database:
        raise ConfigError("a SQLite store is a file; write sqlite:///file.db, or memory: for none")
    sql_event.listen(engine, "connect", _prepare_sqlite)
    sql_event.listen(engine, "begin", _begin_sqlite)
    return engine


def _postgres(url: sql.URL) -> sql.Engine:
    """Return an engine whose every wait is bounded: for a connection, and for an answer on one."""
    from turncast.sessions.postgres_connection import SECONDS, PostgresConnection

    waits = {"connect_timeout": int(SECONDS)}
    engine = sql.create_engine(url, pool_pre_ping=True, pool_timeout=SECONDS, connect_args=waits)

    def connect(_dialect: Any, _record: Any, parts: Any, settings: Any) -> PostgresConnection:
        return PostgresConnection.connect(*parts, **settings)

    sql_event.listen(engine, "do_connect", connect)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # transactions begin where we say so
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # what was answered outlives a power cut


def _begin_sqlite(connection: sql.Connection) -> None:
    """Take the right to write at once: who has read first, and then wants to write, could be refused."""
    if not connection.get_execution_options().get(_READS):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: sql.Connection, statement: Any, change: Change) -> bool:
    row = {"id": change.id, "created": change.at, **_row(change)}
    return connection.execute(statement, row).first() is not None


def _delete(connection: sql.Connection, ids: list[str]) -> int:
    # The conversation first: it is then locked, and no one adds to what is deleted next.
    found = connection.execute(CONVERSATIONS.delete().where(CONVERSATIONS.c.id.in_(ids))).rowcount
    for table in (EVENTS, ANSWERS):
        connection.execute(table.delete().where(table.c.conversation.in_(ids)))
    return found


def _row(change: Change) -> dict[str, Any]:
    return {
        "model": change.model,
        "version": change.version + 1,
        "state": change.state,
        "updated": change.at,
    }


def _event_rows(change: Change) -> Iterator[dict[str, Any]]:
    for place, event in enumerate(change.events):
        yield {
            "conversation": change.id,
            "version": change.version + 1,
            "place": place,
            "at": change.at,
            "event": _json(event.to_json()),
        }


def _answer_row(id: str, answer: Answer) -> dict[str, str]:
    return {"conversation": id, "key": answer.key, "request": answer.request, "content": answer.content}
