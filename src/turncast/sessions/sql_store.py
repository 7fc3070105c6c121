"""Conversations in SQLite or PostgreSQL, through SQLAlchemy."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from turncast.errors import ConfigError, MissingExtra, StoreError
from turncast.sessions.event import Event
from turncast.sessions.sqlite_reading import ReadOnlyFile
from turncast.sessions.store import (
    ANSWER_TIMEOUT,
    ConversationUpdate,
    Store,
    StoredAnswer,
    StoredConversation,
)

try:
    import sqlalchemy as sql
    from sqlalchemy import event as sql_event

    from turncast.sessions.sql_tables import ANSWERS, CONVERSATIONS, EVENTS, METADATA, Statements
except ImportError:
    raise MissingExtra("storing conversations in a database", "serve") from None

_json = json.JSONEncoder(ensure_ascii=False).encode
_SQLITE_SECONDS = 10  # time-out of a writer that waits for another writer
_READ_ONLY = "turncast_read_only"  # marks a connection that only reads and needs no transaction
_BATCH = 500  # rows in one statement
_CURE = "check that it runs and accepts writes"
_CURES = (  # by a part of the database's message
    ("no such table", "it holds no conversations of turncast, so check the path"),
    ("is not a database", "give a store that `turncast serve` wrote"),
    ("unable to open", "check the path and its permissions (to read a store with a -wal file, copy both)"),
)


class SqlStore(Store):
    """Stores conversations in SQLite (write-ahead log) or PostgreSQL; several processes may share one.

    Args:
        url: `sqlite:///file.db` or `postgresql://user@host/database`.
        read_only: for reading alone: nothing is created, and a SQLite file and its folder stay as they are.
        timeout: the time-out of an answer of PostgreSQL, in seconds.

    Raises:
        ConfigError: for a URL that cannot be read.
        MissingExtra: where PostgreSQL's driver is not installed.
        StoreError: where the database cannot be reached.
    """

    def __init__(self, url: str, *, read_only: bool = False, timeout: float = ANSWER_TIMEOUT) -> None:
        self._file: ReadOnlyFile | None = None
        if read_only and (path := _sqlite_path(url)):
            self._file = ReadOnlyFile(path, _SQLITE_SECONDS)
        self._engine = _engine(url, timeout, self._file)
        self._where = self._engine.url.render_as_string(hide_password=True)
        dialect = self._engine.dialect.name
        self._statements = Statements.for_dialect(dialect)
        self._read_options = {_READ_ONLY: True} if dialect == "sqlite" else {"isolation_level": "AUTOCOMMIT"}
        if not read_only:
            with self._translate_errors():
                METADATA.create_all(self._engine)

    def load(self, ids: Collection[str]) -> dict[str, StoredConversation]:
        """Return the conversations with these ids; ids that do not exist are left out."""
        with self._reading() as connection:
            rows = connection.execute(self._statements.load, {"ids": list(ids)})
            return {row.id: StoredConversation(*row) for row in rows}

    def answers(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], StoredAnswer]:
        """Return the stored answers to these requests."""
        if not keys:
            return {}
        with self._reading() as connection:
            rows = connection.execute(self._statements.answers, {"keys": list(keys)})
            return {(id, key): StoredAnswer(key, request, content) for id, key, request, content in rows}

    def events(self, id: str) -> tuple[Event, ...]:
        """Return all events of a conversation, in order."""
        with self._reading() as connection:
            rows = connection.execute(self._statements.events, {"id": id})
            return tuple(Event.from_json(json.loads(text)) for (text,) in rows)

    def save(self, updates: Sequence[ConversationUpdate]) -> list[bool]:
        """Save each update whose conversation has the expected version, all in one transaction."""
        statements = self._statements
        with self._writing() as connection:
            existing = [update.id for update in updates if update.version]
            locked = connection.execute(statements.lock, {"ids": existing}) if existing else ()
            versions: dict[str, int] = {row.id: row.version for row in locked}
            accepted = [
                versions.get(update.id) == update.version
                if update.version
                else _insert(connection, statements.insert, update)
                for update in updates
            ]
            saved = [update for update, fits in zip(updates, accepted, strict=True) if fits]
            if rows := [{"which": update.id, **_row(update)} for update in saved if update.version]:
                connection.execute(statements.update, rows)
            if events := [row for update in saved for row in _event_rows(update)]:
                connection.execute(EVENTS.insert(), events)
            if answers := [_answer_row(update.id, update.answer) for update in saved if update.answer]:
                connection.execute(ANSWERS.insert(), answers)
        return accepted

    def delete(self, id: str) -> bool:
        """Delete a conversation with its events and answers, and return whether it existed."""
        with self._writing() as connection:
            return _delete(connection, [id]) == 1

    def expire(self, before: float) -> int:
        """Delete the conversations that were last saved before this time, and return their number."""
        total = 0
        while True:
            with self._writing() as connection:
                rows = connection.execute(self._statements.expired, {"before": before, "most": _BATCH})
                expired = [id for (id,) in rows]
                total += _delete(connection, expired) if expired else 0
            if len(expired) < _BATCH:
                return total

    def ids(self) -> Iterator[str]:
        """Yield the id of every conversation, in order."""
        after = ""
        while True:
            with self._reading() as connection:
                rows = connection.execute(self._statements.ids, {"after": after, "most": _BATCH})
                page = [id for (id,) in rows]
            yield from page
            if len(page) < _BATCH:
                return
            after = page[-1]

    def check(self) -> None:
        """Return where the database answers; raise `StoreError` where it does not."""
        with self._reading() as connection:
            connection.execute(sql.select(sql.literal(1)))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[sql.Connection]:
        with (
            self._translate_errors(),
            self._engine.connect().execution_options(**self._read_options) as connection,
        ):
            yield connection
        if self._file is not None:
            self._file.check_unchanged()

    @contextmanager
    def _writing(self) -> Iterator[sql.Connection]:
        with self._translate_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except (sql.exc.DBAPIError, sql.exc.TimeoutError) as error:
            cause = str(getattr(error, "orig", None) or type(error).__name__).strip().partition("\n")[0]
            cure = next((cure for part, cure in _CURES if part in cause), _CURE)
            raise StoreError(f"{self._where}: the store failed ({cause}); {cure}") from None


def _sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite store; None for another URL, and for one that `_engine` refuses."""
    try:
        parsed = sql.make_url(url)
    except (sql.exc.ArgumentError, ValueError):
        return None
    is_file = parsed.drivername.partition("+")[0] == "sqlite" and parsed.database
    return Path(parsed.database or "") if is_file else None


def _engine(url: str, timeout: float, file: ReadOnlyFile | None) -> sql.Engine:
    try:
        parsed = sql.make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "postgresql":
            return _postgres(parsed, timeout)
        if file is not None:
            return sql.create_engine(parsed, creator=file.connect)
        engine = sql.create_engine(
            parsed, connect_args={"timeout": _SQLITE_SECONDS, "check_same_thread": False}
        )
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


def _postgres(url: sql.URL, timeout: float) -> sql.Engine:
    """Return an engine with a time-out for each connection attempt and for each answer."""
    from turncast.sessions.postgres_connection import PostgresConnection

    connection_class = PostgresConnection.with_timeout(timeout)
    arguments = {"connect_timeout": max(1, round(timeout))}
    engine = sql.create_engine(url, pool_pre_ping=True, pool_timeout=timeout, connect_args=arguments)

    def connect(_dialect: Any, _record: Any, parts: Any, settings: Any) -> PostgresConnection:
        return connection_class.connect(*parts, **settings)

    sql_event.listen(engine, "do_connect", connect)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # `_begin_sqlite` begins each transaction
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")  # what was answered survives a power cut


def _begin_sqlite(connection: sql.Connection) -> None:
    """Take the write lock at the start: SQLite may refuse a transaction that reads first and then writes."""
    if not connection.get_execution_options().get(_READ_ONLY):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _insert(connection: sql.Connection, statement: Any, update: ConversationUpdate) -> bool:
    """Insert a new conversation; return False where it exists already."""
    row = {"id": update.id, "created": update.at, **_row(update)}
    return connection.execute(statement, row).first() is not None


def _delete(connection: sql.Connection, ids: list[str]) -> int:
    # The conversation first: that locks it, so that no other writer adds events or answers meanwhile.
    count = connection.execute(CONVERSATIONS.delete().where(CONVERSATIONS.c.id.in_(ids))).rowcount
    for table in (EVENTS, ANSWERS):
        connection.execute(table.delete().where(table.c.conversation.in_(ids)))
    return count


def _row(update: ConversationUpdate) -> dict[str, Any]:
    return {
        "model": update.model,
        "version": update.version + 1,
        "state": update.state,
        "updated": update.at,
    }


def _event_rows(update: ConversationUpdate) -> Iterator[dict[str, Any]]:
    for place, event in enumerate(update.events):
        yield {
            "conversation": update.id,
            "version": update.version + 1,
            "place": place,
            "at": update.at,
            "event": _json(event.to_json()),
        }


def _answer_row(id: str, answer: StoredAnswer) -> dict[str, str]:
    return {"conversation": id, "key": answer.key, "request": answer.request, "content": answer.content}
