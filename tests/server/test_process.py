"""`turncast serve` as a process: over the network, killed and restarted, over a WebSocket."""

import json
import signal
import socket
import threading
import time

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from support.cli import refused, run
from support.server import serving, serving_as_program, serving_with_timeout
from turncast.sessions import open_store, turns_from_events


def test_answers_survive_a_killed_server(saved, tmp_path):
    """The server is killed while clients send turns and retry: each turn is stored once, in order."""
    store, turns, answered = f"sqlite:///{tmp_path / 'conversations.db'}", 30, []
    address, stop = [""], threading.Event()

    def client(name):
        number = 0
        with httpx.Client(timeout=10) as http:
            while number < turns:
                try:
                    body = {"user": str(number), "turn_id": f"t-{number}"}
                    answer = http.post(f"{address[0]}/v1/conversations/{name}/turns", json=body)
                    assert answer.status_code == 200, answer.text
                except httpx.TransportError:
                    if stop.wait(0.2):
                        return
                    continue
                answered.append((name, answer.json()["turn"]))
                number += 1

    threads = [threading.Thread(target=client, args=(f"c{n}",)) for n in range(4)]
    try:
        for kill in range(1, 5):  # after each quarter of the turns
            with serving(saved, store) as (address[0], process):
                if kill == 1:
                    for number in range(4):
                        httpx.post(f"{address[0]}/v1/conversations", json={"id": f"c{number}"})
                    for thread in threads:
                        thread.start()
                while len(answered) < kill * turns and any(thread.is_alive() for thread in threads):
                    time.sleep(0.002)
                assert len(answered) >= kill * turns
                assert kill == 4 or any(thread.is_alive() for thread in threads)
                process.send_signal(signal.SIGKILL)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    stored = open_store(store)
    for number in range(4):
        stored_turns = turns_from_events(stored.events(f"c{number}"))
        assert [turn.user for turn in stored_turns] == [str(turn) for turn in range(turns)]
        assert [turn for name, turn in answered if name == f"c{number}"] == list(range(1, turns + 1))
    stored.close()


def test_two_servers_share_a_store(saved, tmp_path):
    store = f"sqlite:///{tmp_path / 'conversations.db'}"
    with serving(saved, store) as (one, _), serving(saved, store) as (other, _):
        name = httpx.post(f"{one}/v1/conversations", json={}).json()["id"]

        def client(address, kind):
            with httpx.Client() as http:
                for number in range(25):
                    body = {"user": f"{kind} {number}", "turn_id": f"{kind}-{number}"}
                    answer = http.post(f"{address}/v1/conversations/{name}/turns", json=body, timeout=30)
                    assert answer.status_code == 200, answer.text

        threads = [threading.Thread(target=client, args=pair) for pair in ((one, "a"), (other, "b"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        turns = httpx.get(f"{other}/v1/conversations/{name}").json()["turns"]
    users = [turn["user"] for turn in turns]
    for kind in "ab":
        assert [user for user in users if user.startswith(kind)] == [f"{kind} {n}" for n in range(25)]


def test_a_conversation_over_a_websocket(saved):
    with serving(saved, "memory:") as (address, _):
        httpx.post(f"{address}/v1/conversations", json={"id": "c"})
        url = address.replace("http", "ws") + "/v1/conversations/c/socket"
        with connect(url) as websocket:

            def ask(message):
                websocket.send(message if isinstance(message, str | bytes) else json.dumps(message))
                return json.loads(websocket.recv())

            assert ask({"do": "observe", "user": "a tea please"})["turn"] == 1
            assert ask({"do": "observe", "user": "small", "commit": False})["committed"] is None
            assert ask({"do": "commit", "actions": ["confirm"]})["committed"] == ["confirm"]
            assert len(ask({"do": "override", "turn": 1, "actions": []})["later"]) == 1
            assert ask({"do": "undo"})["turns"] == 1
            for wrong, kind in (
                ("{", "bad_request"),
                (b"\xff", "bad_request"),
                ("[]", "bad_request"),
                ("[" * 50_000, "bad_request"),
                ({"do": "dance"}, "bad_request"),
                ({"do": "observe", "user": 3}, "bad_request"),
                ({"do": "override", "turn": 7, "actions": []}, "no_turn"),
                ({"do": "commit", "actions": ["dance"]}, "unknown_action"),
            ):
                problem = ask(wrong)
                assert problem["type"] == kind, wrong
                assert list(problem) == ["type", "message", "where", "cure"]
            assert ask({"do": "observe", "user": "yes"})["turn"] == 2
            for _ in range(200):
                websocket.send("{}")  # then the server closes the connection
            with pytest.raises(ConnectionClosed):
                [websocket.recv() for _ in range(200)]
        with connect(url) as websocket:
            websocket.send("x" * 2_000_000)
            with pytest.raises(ConnectionClosed):
                websocket.recv()
        with pytest.raises(InvalidStatus):
            connect(url, origin="http://evil.example")
        assert len(httpx.get(f"{address}/v1/conversations/c").json()["turns"]) == 2


def test_slow_clients_do_not_delay_others(saved):
    with serving_with_timeout(saved, 0.5) as (address, _):
        port = int(address.rpartition(":")[2])
        slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(20)]
        for one in slow:
            one.sendall(b"POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")
        assert httpx.post(f"{address}/v1/conversations", json={}, timeout=5).status_code == 201
        slow[0].settimeout(20)
        assert slow[0].recv(1000).startswith(b"HTTP/1.1 408")
        for one in slow:
            one.close()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere/"], "nowhere: there is no such folder; give a folder that `turncast train` made"),
        (["MODEL", "--store", "mysql://x"], "unknown kind of store 'mysql'"),
        (["MODEL", "--store", "sqlite:///no/such/folder/x.db"], "unable to open database file"),
        (["MODEL", "--api-key-file", "none.txt"], "none.txt: cannot be read"),
        (["MODEL", "--host", "0.0.0.0", "--ui"], "can replace the model; give --api-key-file"),
        (["MODEL", "--no-ui", "--corpus", "x"], "--corpus is for the page, which is not served"),
        (["MODEL", "--host", "0.0.0.0", "--dev", "x"], "--dev is for the page, which is not served"),
        (["MODEL", "--corpus", "none.jsonl"], "none.jsonl: no such file or folder; check the path"),
        (
            ["MODEL", "--dev", "none.jsonl"],
            "--dev is the dev part of a corpus; give --corpus",
        ),
        (["MODEL", "--corrections", "MODEL"], "a folder is in the way; name a file"),
        (["MODEL", "MODEL"], "two models are named 'default'; give each a name"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(saved, tmp_path, arguments, message):
    given = [argument.replace("MODEL", str(saved)) for argument in arguments]
    assert message in refused(run("serve", "--store", "memory:", *given, cwd=tmp_path))


def test_the_server_stops_cleanly(saved, tmp_path):
    with serving_as_program(saved, f"sqlite:///{tmp_path / 'c.db'}") as (address, process):
        assert httpx.get(f"{address}/readyz").json() == {"status": "ok"}
        process.send_signal(signal.SIGINT)
        _, message = process.communicate(timeout=20)
        serving_line, page_line = message.splitlines()[:2]
        assert serving_line == f"Serving default at {address} (Ctrl-C ends it)."
        assert page_line == f"The page is at {address}/ui"
        assert "Traceback" not in message


def test_when_the_page_is_served(saved, tmp_path):
    """By default for this machine alone; corrections are saved beside the model."""
    with serving(saved, "memory:") as (address, _):
        page = httpx.get(f"{address}/ui/talk")
        assert page.status_code == 200
        begun = httpx.post(f"{address}/ui/talk", data={"user": "hello"}, headers={"origin": address})
        httpx.post(f"{address}{begun.headers['location']}/save", headers={"origin": address})
        corrections = saved.with_name("model.corrections.jsonl")
        assert corrections.exists()
        corrections.unlink()
    for options in (["--no-ui"], ["--host", "0.0.0.0"]):
        with serving(saved, "memory:", *options) as (address, _):
            assert httpx.get(f"{address}/ui/talk").status_code == 404
            assert httpx.get(f"{address}/healthz").status_code == 200
    keys = tmp_path / "keys.txt"
    keys.write_text("a-key-that-is-long\n")
    options = ["--host", "0.0.0.0", "--ui", "--api-key-file", str(keys)]
    with serving(saved, "memory:", *options) as (address, _):
        assert httpx.get(f"{address}/ui/talk").headers["location"] == "/ui/sign-in?to=/ui/talk"
