"""A store that goes away and comes back, and a full disk: nothing is lost, nothing is half written."""

import asyncio
import threading
import time

import httpx
import pytest

from support.server import assert_problem, client_of, serving, serving_with_timeout
from support.services import Postgres, Redis, freeze, service, thaw
from turncast import Policy, Session
from turncast.client import Client, Retries, Unavailable
from turncast.errors import StoreError
from turncast.server.batching_queue import BatchingQueue
from turncast.server.timeouts import run_with_timeout
from turncast.sessions import Event, Snapshot, open_store, turns_from_events
from turncast.sessions.conversations import Conversations
from turncast.sessions.request import Begin, Observe
from turncast.sessions.store import ConversationUpdate

NOTE = {"note": "x" * 900}
ONE_TRY = Retries(times=0)
MANY_TRIES = Retries(times=100, first=0.05, longest=0.2)


def stop(running):
    running.stop()


def start(running):
    running.start()


def assert_complete(saved, store_url, id, users):
    """The log has each turn once, in order, and the state is the one that replaying the log gives."""
    store = open_store(store_url)
    events = store.events(id)
    assert [turn.user for turn in turns_from_events(events)] == users
    assert [event.turn for event in events if event.kind == "observed"] == list(range(1, len(users) + 1))
    stored = Snapshot.from_bytes(store.load([id])[id].state)
    replayed = Snapshot.from_bytes(Session.resume(Policy.load(saved), None, events).state)
    assert (stored.turns, stored.state.previous) == (replayed.turns, replayed.state.previous)
    for cell, same in zip(stored.state.network, replayed.state.network, strict=True):
        for vector, expected in zip(cell, same, strict=True):
            assert vector == pytest.approx(expected, abs=1e-5)
    store.close()


@pytest.mark.parametrize(
    ("kind", "stop_store", "start_store"),
    [(Redis, stop, start), (Redis, freeze, thaw), (Postgres, stop, start)],
    ids=["Redis stopped", "Redis frozen", "PostgreSQL stopped"],
)
def test_a_store_that_fails_and_recovers(saved, kind, stop_store, start_store):
    answers = []
    with service(kind) as running, serving_with_timeout(saved, 2.0, running.url) as (address, process):
        with Client(address, retries=ONE_TRY) as impatient, Client(address, retries=MANY_TRIES) as client:
            id = client.begin("c1").id
            client.observe(id, "0", turn_id="t-0")
            stop_store(running)
            began = time.monotonic()
            with pytest.raises(Unavailable) as caught:
                impatient.observe(id, "1", turn_id="t-1")
            assert (caught.value.status, caught.value.type) == (503, "store_unavailable")
            assert caught.value.retry_after == 1
            assert time.monotonic() - began < 15
            if stop_store is stop:
                assert_problem(httpx.get(f"{address}/readyz"), 503, "store_unavailable", "server")
            assert httpx.get(f"{address}/healthz").status_code == 200
            thread = threading.Thread(target=lambda: answers.append(client.observe(id, "1", turn_id="t-1")))
            thread.start()
            time.sleep(0.3)
            start_store(running)
            thread.join(40)
            assert [one.turn for one in answers] == [2]
            assert client.observe(id, "2").turn == 3
            assert client.ready()
        assert process.poll() is None
        assert_complete(saved, running.url, id, ["0", "1", "2"])


def test_no_route_waits_for_a_frozen_postgres(policy):
    """Neither requests through the queue, nor those that read the store directly."""
    with service(Postgres) as running, client_of({"default": policy}, running.url, timeout=1.0) as client:
        path = f"/v1/conversations/{client.post('/v1/conversations', {'id': 'c1'}).json()['id']}"
        assert client.get(path).json()["turns"] == []
        freeze(running)
        requests = [
            ("GET", path),
            ("GET", "/readyz"),
            ("DELETE", path),
            ("POST", f"{path}/turns", {"user": "1"}),
        ]
        began = time.monotonic()
        for answer in client.all_at_once(*requests):
            assert_problem(answer, 503, "store_unavailable", "server")
            assert answer.headers["Retry-After"] == "1"
        assert time.monotonic() - began < 8
        assert client.get("/healthz").status_code == 200
        thaw(running)
        assert client.get("/readyz").status_code == 200
        assert client.get(path).status_code == 200
        assert client.post(f"{path}/turns", {"user": "1"}).json()["turn"] == 1
        assert client.ask("DELETE", path).status_code == 204


def test_a_call_that_does_not_return_times_out():
    end = threading.Event()

    async def wait():
        began = time.monotonic()
        with pytest.raises(StoreError, match="takes too long to answer"):
            await run_with_timeout(end.wait, seconds=0.05)
        waited = time.monotonic() - began
        end.set()
        return waited

    assert asyncio.run(wait()) < 5


def test_requests_to_a_hanging_postgres_time_out(policy):
    """Its connections stay open without any answer: requests are refused, and no turn counts twice."""

    async def converse(running, store):
        queue = BatchingQueue(Conversations(lambda: {"default": policy}, store), lambda _: None, timeout=0.5)
        await queue.ask(Begin(id="c1", model="default"))
        freeze(running)
        turn = Observe(id="c1", key="t-0", user="0")
        for outcome in await asyncio.gather(queue.ask(turn), queue.ask(turn), return_exceptions=True):
            assert isinstance(outcome, StoreError)
        with pytest.raises(StoreError, match="takes too long"):
            await queue.ask(turn)
        thaw(running)
        answers = [await queue.ask(turn), await queue.ask(turn)]
        assert answers[0] == answers[1]
        await queue.ask(Observe(id="c1", key="t-1", user="1"))
        await queue.close()

    with service(Postgres) as running:
        store = open_store(running.url)
        asyncio.run(converse(running, store))
        assert [turn.user for turn in turns_from_events(store.events("c1"))] == ["0", "1"]
        store.close()


def test_a_full_disk(saved, tmp_path):
    """The server's files may not grow: its turns are refused, and are accepted when there is room again."""
    resource = pytest.importorskip("resource", reason="Windows has no limits of resources")
    store, turns = f"sqlite:///{tmp_path / 'c.db'}", 0
    with serving(saved, store) as (address, process), Client(address, retries=ONE_TRY) as client:
        id = client.begin("c1").id
        client.observe(id, "0", turn_id="t-0")
        _, hard = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        largest = max(file.stat().st_size for file in tmp_path.glob("c.db*"))
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (largest, hard))
        refused = None
        while refused is None:
            turns += 1
            try:
                client.observe(id, str(turns), NOTE, turn_id=f"t-{turns}")
            except Unavailable as error:
                refused = error.type
        assert refused == "store_unavailable"
        assert [turn.user for turn in client.get(id).turns] == [str(turn) for turn in range(turns)]
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, hard))
        observed = client.observe(id, str(turns), NOTE, turn_id=f"t-{turns}")
        assert observed.turn == turns + 1
    assert_complete(saved, store, id, [str(turn) for turn in range(turns + 1)])


def large_update(version):
    event = Event("observed", version, (), "x" * 3000)
    return ConversationUpdate("c1", version, "default", b"x" * 1000, (event,), at=2.0)


@pytest.mark.quick
def test_a_full_database_loses_nothing(tmp_path):
    """SQLite's limit of pages gives the same error as a full disk (SQLITE_FULL)."""
    store = open_store(f"sqlite:///{tmp_path / 'c.db'}")
    store.save([ConversationUpdate("c1", 0, "default", b"", (), at=1.0)])
    pages = "PRAGMA max_page_count={}"
    with store._engine.connect() as connection:  # the pool has one, and gives it replayed
        used = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(pages.format(used + 5))
    version, saved = 1, True
    while saved:
        try:
            store.save([large_update(version)])
            version += 1
        except StoreError as error:
            saved = False
            message = str(error)
    assert "full" in message
    assert version > 1
    assert store.load(["c1"])["c1"].version == version
    assert len(store.events("c1")) == version - 1
    with store._engine.connect() as connection:
        connection.exec_driver_sql(pages.format(100_000))
    assert store.save([large_update(version)]) == [True]
    assert len(store.events("c1")) == version
    store.close()
