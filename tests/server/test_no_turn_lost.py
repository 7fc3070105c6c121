"""No turn is lost: many clients, several servers on one store, one of them killed in the middle.

TURNCAST_LOAD=50x200 sets the number of conversations and of turns in each; by default both are small.
"""

import os
import threading
import time
from contextlib import ExitStack

import httpx
import pytest

from support.server import serving
from turncast import Policy, Session
from turncast.sessions import Snapshot, open_store, turns_from_events

CONVERSATIONS, TURNS = map(int, os.environ.get("TURNCAST_LOAD", "16x12").split("x"))
CLIENTS, SERVERS = 16, 4


def send_turn(http, addresses, name, number, answered):
    """Send a turn to one server after the other, until one of them answers."""
    for tries in range(2000):
        address = addresses[(number + tries) % len(addresses)]
        body = {"user": f"{name} {number}", "turn_id": f"t-{number}"}
        try:
            answer = http.post(f"{address}/v1/conversations/{name}/turns", json=body)
        except httpx.TransportError:
            time.sleep(0.02)
            continue
        if answer.status_code in (409, 503):
            time.sleep(0.02)
            continue
        assert answer.status_code == 200, answer.text
        answered.append((name, number, answer.json()["turn"]))
        return
    raise AssertionError("no server answers")


def test_no_turn_is_lost(saved, store_url):
    if store_url == "memory:":
        pytest.skip("memory is of one process")
    names, answered, failures = [f"c{n}" for n in range(CONVERSATIONS)], [], []
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(saved, store_url)) for _ in range(SERVERS)]
        addresses = [address for address, _ in servers]
        with httpx.Client() as http:
            for name in names:
                http.post(f"{addresses[0]}/v1/conversations", json={"id": name}).raise_for_status()

        def client(number):
            try:
                with httpx.Client(timeout=30) as http:
                    for turn in range(TURNS):
                        for name in names[number::CLIENTS]:
                            send_turn(http, addresses, name, turn, answered)
            except Exception as error:  # noqa: BLE001 asserted below
                failures.append(error)

        threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        while len(answered) < CONVERSATIONS * TURNS // 3:
            assert not failures
            time.sleep(0.01)
        servers[1][1].kill()
        addresses[1], _ = stack.enter_context(serving(saved, store_url))
        for thread in threads:
            thread.join()
    assert not failures
    policy, store = Policy.load(saved), open_store(store_url)
    for name in names:
        events = store.events(name)
        assert [turn.user for turn in turns_from_events(events)] == [
            f"{name} {number}" for number in range(TURNS)
        ]
        state = Snapshot.from_bytes(store.load([name])[name].state).state
        replayed = Snapshot.from_bytes(Session.resume(policy, None, events).state).state
        assert state.previous == replayed.previous
        for cell, same in zip(state.network, replayed.network, strict=True):
            for vector, expected in zip(cell, same, strict=True):
                assert vector == pytest.approx(expected, abs=1e-5)
    assert sorted(answered) == sorted((name, n, n + 1) for name in names for n in range(TURNS))
    store.close()
