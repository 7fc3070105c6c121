"""The tables of conversations, and the statements over them."""

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
    sql.Column("version", sql.Integer, primary_key=True, autoincrement=False),  # that it was saved with
    sql.Column("place", sql.Integer, primary_key=True, autoincrement=False),  # among those saved together
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
    """Statements that are made once: to make one takes longer than to run it."""

    load: Any
    answers: Any
    events: Any
    lock: Any
    begin: Any
    update: Any
    old: Any
    ids: Any

    @classmethod
    def of(cls, dialect: str) -> Statements:
        """Make them for `sqlite` or `postgresql`."""
        if dialect == "postgresql":
            from sqlalchemy.dialects.postgresql import insert
        else:
            from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]
        conversations, events = CONVERSATIONS.c, EVENTS.c
        among = conversations.id.in_(sql.bindparam("ids", expanding=True))
        return cls(
            load=sql.select(CONVERSATIONS).where(among),
            answers=_answers(dialect),
            events=sql.select(events.event)
            .where(events.conversation == sql.bindparam("id"))
            .order_by(events.version, events.place),
            # In order of their ids: two who lock the same conversations do not wait for one another.
            lock=sql.select(conversations.id, conversations.version)
            .where(among)
            .order_by(conversations.id)
            .with_for_update(),
            begin=insert(CONVERSATIONS).on_conflict_do_nothing().returning(conversations.id),
            update=sql.update(CONVERSATIONS)
            .where(conversations.id == sql.bindparam("which"))
            .values({name: sql.bindparam(name) for name in ("model", "version", "state", "updated")}),
            old=sql.select(conversations.id)
            .where(conversations.updated < sql.bindparam("before"))
            .order_by(conversations.updated)
            .limit(sql.bindparam("most"))
            .with_for_update(skip_locked=True),  # one that is being saved is not old
            ids=sql.select(conversations.id)
            .where(conversations.id > sql.bindparam("after"))
            .order_by(conversations.id)
            .limit(sql.bindparam("most")),
        )


def _answers(dialect: str) -> Any:
    """Return the statement that finds the answers to `keys`, pairs of a conversation and a key, as JSON.

    Pairs among pairs, `(a, b) IN (...)`, would make SQLite look through the whole table.
    """
    each = sql.func.json_each if dialect == "sqlite" else sql.func.json_array_elements
    asked = each(sql.bindparam("keys", type_=sql.JSON)).table_valued(sql.column("value", sql.JSON))
    conversation, key = (asked.c.value[place].as_string() for place in (0, 1))
    found = (ANSWERS.c.conversation == conversation) & (ANSWERS.c.key == key)
    return sql.select(ANSWERS).select_from(asked).join(ANSWERS, found)
