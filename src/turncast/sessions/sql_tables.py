"""The tables of conversations, and the SQL statements on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sql

METADATA = sql.MetaData()
CONVERSATIONS = sql.Table(
    "turncast_conversations",
    METADATA,
    sql.Column("id", sql.String(64), primary_key=True),
    sql.Column("model", sql.Text, nullable=False),
    sql.Column("version", sql.Integer, nullable=False),
    sql.Column("state", sql.LargeBinary, nullable=False),
    sql.Column("created", sql.Double, nullable=False),
    sql.Column("updated", sql.Double, nullable=False, index=True),
)
EVENTS = sql.Table(
    "turncast_events",
    METADATA,
    sql.Column("conversation", sql.String(64), primary_key=True),
    sql.Column("version", sql.Integer, primary_key=True, autoincrement=False),  # of the save that wrote it
    sql.Column("place", sql.Integer, primary_key=True, autoincrement=False),  # within that save
    sql.Column("at", sql.Double, nullable=False),
    sql.Column("event", sql.Text, nullable=False),  # as JSON
    sqlite_with_rowid=False,
)
ANSWERS = sql.Table(
    "turncast_answers",
    METADATA,
    sql.Column("conversation", sql.String(64), primary_key=True),
    sql.Column("key", sql.String(64), primary_key=True),
    sql.Column("request", sql.String(64), nullable=False),
    sql.Column("content", sql.Text, nullable=False),
    sqlite_with_rowid=False,
)


@dataclass(frozen=True, slots=True)
class Statements:
    """The SQL statements, built once: building one takes longer than running it."""

    load: Any
    answers: Any
    events: Any
    lock: Any
    insert: Any
    update: Any
    expired: Any
    ids: Any

    @classmethod
    def for_dialect(cls, dialect: str) -> Statements:
        """Return the statements for `sqlite` or `postgresql`."""
        if dialect == "postgresql":
            from sqlalchemy.dialects.postgresql import insert
        else:
            from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
        conversations, events = CONVERSATIONS.c, EVENTS.c
        has_id = conversations.id.in_(sql.bindparam("ids", expanding=True))
        return cls(
            load=sql.select(CONVERSATIONS).where(has_id),
            answers=_answers(dialect),
            events=sql.select(events.event)
            .where(events.conversation == sql.bindparam("id"))
            .order_by(events.version, events.place),
            # In the order of the ids: two processes that lock the same conversations cannot deadlock.
            lock=sql.select(conversations.id, conversations.version)
            .where(has_id)
            .order_by(conversations.id)
            .with_for_update(),
            insert=insert(CONVERSATIONS).on_conflict_do_nothing().returning(conversations.id),
            update=sql.update(CONVERSATIONS)
            .where(conversations.id == sql.bindparam("which"))
            .values({name: sql.bindparam(name) for name in ("model", "version", "state", "updated")}),
            expired=sql.select(conversations.id)
            .where(conversations.updated < sql.bindparam("before"))
            .order_by(conversations.updated)
            .limit(sql.bindparam("most"))
            .with_for_update(skip_locked=True),  # a conversation that is being saved is not expired
            ids=sql.select(conversations.id)
            .where(conversations.id > sql.bindparam("after"))
            .order_by(conversations.id)
            .limit(sql.bindparam("most")),
        )


def _answers(dialect: str) -> Any:
    """Return the statement that selects the answers to `keys`: pairs of a conversation and a key, as JSON.

    With `(a, b) IN (...)` SQLite would scan the whole table.
    """
    each = sql.func.json_each if dialect == "sqlite" else sql.func.json_array_elements
    pairs = each(sql.bindparam("keys", type_=sql.JSON)).table_valued(sql.column("value", sql.JSON))
    conversation, key = (pairs.c.value[place].as_string() for place in (0, 1))
    matches = (ANSWERS.c.conversation == conversation) & (ANSWERS.c.key == key)
    return sql.select(ANSWERS).select_from(pairs).join(ANSWERS, matches)
