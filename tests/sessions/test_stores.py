"""Every store behaves in the same way: memory, SQLite, PostgreSQL, Redis."""

import multiprocessing
import sqlite3
import threading
from dataclasses import replace

import pytest
import sqlalchemy

from turncast.errors import ConfigError, StoreError
from turncast.sessions import Event, corpus_from_store, open_store, read_store
from turncast.sessions.store import ConversationUpdate, StoredAnswer

OBSERVED = Event(
    "observed", 1, ("greet",), "hello, señor \x00 ☕", {"open": True, "people": 2, "area": "north"}
)
FIRST_UPDATE = ConversationUpdate("c1", 0, "default", b"\x00\xffstate", (OBSERVED,), at=10.0)


def test_save_and_load(store):
    answer = StoredAnswer("t1", "request", '{"a": 1}')
    assert store.load(["c1"]) == {}
    assert store.events("c1") == ()
    assert store.save([replace(FIRST_UPDATE, answer=answer)]) == [True]
    loaded = store.load(["c1", "c2"])
    assert list(loaded) == ["c1"]
    stored = loaded["c1"]
    assert (stored.version, stored.model, stored.state) == (1, "default", FIRST_UPDATE.state)
    assert (stored.created, stored.updated) == (10.0, 10.0)
    events = (Event("committed", 1, ("greet",)), Event("observed", 2, (), None))
    assert store.save([ConversationUpdate("c1", 1, "other", b"", events, at=11.5)]) == [True]
    stored = store.load(["c1"])["c1"]
    assert (stored.version, stored.model, stored.state) == (2, "other", b"")
    assert (stored.created, stored.updated) == (10.0, 11.5)
    assert store.events("c1") == (OBSERVED, *events)
    assert store.answers([("c1", "t1"), ("c1", "t2"), ("c2", "t1")]) == {("c1", "t1"): answer}
    store.check()


def test_an_update_of_an_old_version_is_refused(store):
    assert store.save([FIRST_UPDATE, replace(FIRST_UPDATE, id="c2")]) == [True, True]
    late = replace(FIRST_UPDATE, events=(Event("undone", 1),), answer=StoredAnswer("t", "r", "{}"))
    assert store.save(
        [late, replace(FIRST_UPDATE, id="c2", version=1), replace(late, id="c3", version=4)]
    ) == [
        False,
        True,
        False,
    ]
    assert store.events("c1") == (OBSERVED,)
    assert store.answers([("c1", "t")]) == {}
    assert store.load(["c3"]) == {}
    assert store.load(["c2"])["c2"].version == 2


def test_delete(store):
    store.save([replace(FIRST_UPDATE, answer=StoredAnswer("t1", "r", "{}")), replace(FIRST_UPDATE, id="c2")])
    assert store.delete("c1") is True
    assert store.delete("c1") is False
    assert store.load(["c1"]) == {}
    assert store.events("c1") == ()
    assert store.answers([("c1", "t1")]) == {}
    assert store.save([replace(FIRST_UPDATE, version=1)]) == [False]
    assert store.save([FIRST_UPDATE]) == [True]
    assert sorted(store.ids()) == ["c1", "c2"]


def test_expire(store):
    store.save([replace(FIRST_UPDATE, id=f"c{number}", at=float(number)) for number in range(1200)])
    store.save([ConversationUpdate("c3", 1, "default", b"", (Event("undone", 1),), at=5000.0)])
    assert store.expire(1100.0) == 1099
    assert sorted(store.ids()) == sorted(["c3", *(f"c{number}" for number in range(1100, 1200))])
    assert store.events("c7") == ()
    assert store.expire(1100.0) == 0


def _add(store, id, times, refused):
    """Add events one by one like a writer among others: load, save, and retry where the update is refused."""
    for number in range(times):
        while True:
            stored = store.load([id]).get(id)
            version = stored.version if stored else 0
            event = Event("observed", version + 1, (), f"{id} {number}")
            update = ConversationUpdate(id, version, "default", b"%d" % version, (event,), at=1.0)
            if store.save([update]) == [True]:
                break
            refused.append(1)


def test_threads_that_write_to_one_conversation_lose_nothing(store):
    refused = []
    threads = [threading.Thread(target=_add, args=(store, "c1", 15, refused)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    events = store.events("c1")
    assert [event.turn for event in events] == list(range(1, 61))
    assert store.load(["c1"])["c1"].version == 60


def _writer(url):
    store = open_store(url)
    _add(store, "c1", 25, [])
    store.close()


def test_processes_that_write_to_one_conversation_lose_nothing(store_url):
    if store_url == "memory:":
        pytest.skip("memory is of one process")
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_writer, args=(store_url,)) for _ in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    store = open_store(store_url)
    assert [event.turn for event in store.events("c1")] == list(range(1, 51))
    store.close()


def test_live_conversations_become_a_corpus(store_url):
    if store_url == "memory:":
        pytest.skip("memory has no URL to read from")
    store = open_store(store_url)
    commit = Event("committed", 1, ("ask_size", "greet"))
    open_turn = Event("observed", 2, (), "small")
    store.save(
        [
            ConversationUpdate("c1", 0, "default", b"", (OBSERVED, commit, open_turn), at=1.0),
            ConversationUpdate("c2", 0, "default", b"", (), at=1.0),
        ]
    )
    store.close()
    corpus = read_store(store_url)
    for _ in range(2):
        (dialogue,) = corpus
        assert dialogue.id == "c1"
        assert [(turn.user, dict(turn.facts), turn.actions) for turn in dialogue] == [
            (OBSERVED.user, dict(OBSERVED.facts), ("ask_size", "greet"))
        ]
        assert corpus.skipped == {
            "last turn that was not committed": 1,
            "conversation without a committed turn": 1,
        }


def test_a_turn_that_was_never_committed_is_no_turn_without_actions():
    store = open_store("memory:")
    log = [
        *(Event("observed", 1, (), "hi"), Event("committed", 1, ("greet",))),
        *(Event("observed", 2, (), "small"), Event("observed", 3, (), "well?"), Event("committed", 3, ())),
    ]
    corrected = [*log, Event("overridden", 2, ("ask_size",))]
    events = {"c1": log, "c2": corrected}
    store.save([ConversationUpdate(id, 0, "default", b"", tuple(log), at=1.0) for id, log in events.items()])
    corpus = corpus_from_store(store)
    assert [[turn.actions for turn in dialogue] for dialogue in corpus] == [
        [("greet",)],
        [("greet",), ("ask_size",), ()],
    ]
    assert corpus.skipped == {"turn that was not committed, and the turns after it": 2}


def test_reading_a_corpus_creates_no_store(tmp_path):
    corpus = read_store(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(StoreError, match="there is no such file; check the path"):
        list(corpus)
    assert list(tmp_path.iterdir()) == []


def test_sqlite_scans_no_table_for_a_turn(tmp_path):
    """Otherwise a turn would take longer the more turns are stored."""
    store, statements = open_store(f"sqlite:///{tmp_path / 'c.db'}"), []

    def note(_connection, _cursor, statement, parameters, _context, many):
        statements.append((statement, parameters, many))

    sqlalchemy.event.listen(store._engine, "before_cursor_execute", note)
    answer = StoredAnswer("t1", "request", "{}")
    store.save([FIRST_UPDATE, replace(FIRST_UPDATE, id="c2")])
    update = ConversationUpdate("c1", 1, "default", b"", (OBSERVED,), at=11.0, answer=answer)
    store.save([update, replace(update, id="c2")])
    assert len(store.load(["c1", "c2"])) == len(store.answers([("c1", "t1"), ("c2", "t1")])) == 2
    assert store.events("c1")
    plans = []
    with sqlite3.connect(tmp_path / "c.db") as connection:
        for statement, values, many in statements:
            explain = f"EXPLAIN QUERY PLAN {statement}"
            if not statement.startswith("BEGIN"):
                plans += connection.execute(explain, values[0] if many else values).fetchall()
    details = [plan[-1] for plan in plans]
    assert any("SEARCH turncast_answers" in plan for plan in details)
    assert not [plan for plan in details if plan.startswith("SCAN turncast")]


def test_sqlite_uses_wal_and_full_synchronisation(tmp_path):
    path = tmp_path / "conversations.db"
    store = open_store(f"sqlite:///{path}")
    with store._engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()
    store.close()


@pytest.mark.parametrize(
    ("url", "kind", "message"),
    [
        ("sqlite:///no/such/folder/x.db", StoreError, "unable to open database file"),
        ("sqlite://", ConfigError, "a SQLite store is a file; write sqlite:///file.db"),
        ("postgresql://nobody:secret@127.0.0.1:1/x", StoreError, "nobody:\\*\\*\\*@127.0.0.1"),
        ("postgresql://127.0.0.1:port/x", ConfigError, "write it as sqlite:///file.db or postgresql://"),
        ("redis://127.0.0.1:1/0", StoreError, "the Redis store failed \\(ConnectionError\\)"),
        ("mysql://x", ConfigError, "unknown kind of store 'mysql'"),
        ("file.db", ConfigError, "it is one of memory, sqlite, postgresql, redis"),
    ],
)
def test_errors_of_opening_a_store(url, kind, message):
    with pytest.raises(kind, match=message) as caught:
        open_store(url)
    assert "secret" not in str(caught.value)


def test_a_failed_save_writes_nothing(tmp_path):
    """The second table is missing: what was written to the first is rolled back."""
    path = tmp_path / "conversations.db"
    store = open_store(f"sqlite:///{path}")
    store.save([FIRST_UPDATE])
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE turncast_events RENAME TO away")
    with pytest.raises(StoreError):
        store.save([ConversationUpdate("c1", 1, "default", b"", (Event("undone", 1),), at=2.0)])
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE away RENAME TO turncast_events")
    connection.close()
    assert store.load(["c1"])["c1"].version == 1
    assert store.save([ConversationUpdate("c1", 1, "default", b"", (Event("undone", 1),), at=2.0)]) == [True]
    store.close()


def _stored(path, conversations=1):
    store = open_store(f"sqlite:///{path}")
    commit = Event("committed", 1, ("greet",))
    store.save(
        [
            ConversationUpdate(f"c{number}", 0, "default", b"", (OBSERVED, commit), at=1.0)
            for number in range(conversations)
        ]
    )
    return store


def test_reading_a_corpus_changes_neither_the_file_nor_its_folder(tmp_path):
    path = tmp_path / "c.db"
    _stored(path).close()
    before = path.read_bytes()
    assert len(list(read_store(f"sqlite:///{path}"))) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["c.db"]
    assert path.read_bytes() == before


def test_a_database_of_another_program_stays_unchanged(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE events (id)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="it holds no conversations of turncast, so check the path"):
        list(read_store(f"sqlite:///{path}"))
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["other.db"]


def test_conversations_of_a_running_server_are_read(tmp_path):
    store = _stored(tmp_path / "c.db", 3)
    assert (tmp_path / "c.db-wal").stat().st_size
    assert len(list(read_store(f"sqlite:///{tmp_path / 'c.db'}"))) == 3
    store.close()


def test_a_store_that_changes_while_it_is_read_is_refused(tmp_path):
    path = tmp_path / "c.db"
    _stored(path, 2).close()
    dialogues = iter(read_store(f"sqlite:///{path}"))
    next(dialogues)
    store = open_store(f"sqlite:///{path}")
    store.save([ConversationUpdate("new", 0, "default", b"", (OBSERVED,), at=1.0)])
    store.close()  # writes the log into the file
    with pytest.raises(StoreError, match="another program changed the store meanwhile; read it again"):
        list(dialogues)


def test_the_open_turn_of_a_conversation_is_the_pending_turn(tmp_path):
    path = tmp_path / "c.db"
    open_turn = Event("observed", 2, (), "and tea")
    store = _stored(path)
    store.save([ConversationUpdate("c0", 1, "default", b"", (open_turn,), at=2.0)])
    store.close()
    (dialogue,) = read_store(f"sqlite:///{path}", pending=True)
    assert (len(dialogue), dialogue.pending.user) == (1, "and tea")
