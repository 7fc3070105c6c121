"""Failed requests: the class of each error, and when the client retries."""

import socket
import subprocess
import sys
import threading
import time
import uuid
from contextlib import suppress
from http.server import HTTPServer, SimpleHTTPRequestHandler

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.server import serving
from support.services import free_port
from turncast.client import Client, NotFound, Refused, Retries, Unavailable, Unreachable, WrongServer
from turncast.client.errors import BadRequest, NotAllowed, ServerFailed, error_from_json
from turncast.client.http_call import HttpCall
from turncast.errors import ConfigError, TurncastError

ONE_TRY = Retries(times=0)


@pytest.mark.parametrize(
    ("ask", "kind", "type_", "where"),
    [
        (lambda client, id: client.observe(id, top=0), BadRequest, "bad_request", "body.top"),
        (lambda client, id: client.commit(id, ["dance"]), BadRequest, "unknown_action", "actions"),
        (lambda client, id: client.override(id, 9, []), NotFound, "no_turn", "turn"),
        (lambda client, id: client.begin(model="none"), NotFound, "no_model", "model"),
        (lambda client, id: client.undo(f"{id}-other"), NotFound, "no_conversation", "id"),
        (lambda client, id: client.observe(id, "x", turn_id="t"), BadRequest, "turn_id_used", "turn_id"),
        (lambda client, id: client.get("a/b?c"), NotFound, "no_such_path", "path"),
        (lambda client, id: client.get("a b"), BadRequest, "bad_request", "path.id"),
        (
            lambda client, id: client.next_action([{"role": 3}]),
            BadRequest,
            "bad_request",
            "body.messages.0.role",
        ),
    ],
)
def test_a_refusal_has_the_fields_of_the_server(address, ask, kind, type_, where):
    with Client(address) as client:
        id = client.begin().id
        client.observe(id, "a tea please", turn_id="t")
        began = time.monotonic()
        with pytest.raises(kind) as caught:
            ask(client, id)
        assert time.monotonic() - began < 1  # without a retry, which would change nothing
    error = caught.value
    assert (error.type, error.where, error.retry_after) == (type_, where, None)
    assert str(error) == f"{where}: {error.message} {error.cure}"
    assert isinstance(error, TurncastError)
    assert 400 <= error.status < 500


def test_a_key(saved, tmp_path):
    (tmp_path / "keys.txt").write_text("a-key-of-some-length\n")
    with serving(saved, "memory:", "--api-key-file", str(tmp_path / "keys.txt")) as (address, _):
        with (
            Client(address) as client,
            pytest.raises(NotAllowed, match=r"header Authorization: .* no valid key"),
        ):
            client.begin()
        with Client(address, api_key="a-key-of-some-length") as client:
            assert client.observe(client.begin().id, "a tea please").turn == 1


@pytest.mark.quick
@pytest.mark.parametrize(
    ("status", "kind", "header", "expected"),
    [
        (503, "store_unavailable", "1", Unavailable),
        (409, "busy", "1", Unavailable),
        (409, "turn_id_used", None, BadRequest),
        (408, "too_slow", None, BadRequest),
        (500, "internal", None, ServerFailed),
        (503, "overloaded", "Fri, 31 Dec 1999 23:59:59 GMT", ServerFailed),
    ],
)
def test_the_class_of_each_error(status, kind, header, expected):
    error = error_from_json(status, {"type": kind, "message": "m", "where": "w", "cure": "c"}, header)
    assert type(error) is expected


@given(st.integers(100, 599), st.binary(), st.none() | st.text(max_size=8))
def test_any_answer_is_read_or_raises_a_client_error(status, content, retry_after):
    call = HttpCall("GET", "/healthz", parse=lambda record: record["status"])
    with suppress(Refused, Unreachable, WrongServer):
        call.read_answer(status, content, retry_after)


@given(st.integers(0, 9), st.integers(1, 12), st.floats(0, 1), st.none() | st.floats(0, 30))
def test_pauses_between_tries(times, tries, chance, hint):
    retries = Retries(times, first=0.1, longest=2.0)
    pause = retries.pause(Unavailable(503, "busy", "m", "w", "c", hint), tries, chance)
    assert (pause is None) == (hint is None or tries > times)
    if pause is not None:
        assert hint <= pause <= 2 * max(hint, 2.0)
        assert pause <= retries.pause(Unavailable(503, "busy", "m", "w", "c", hint), tries, 1.0)


def test_no_server_answers():
    address, began = f"http://127.0.0.1:{free_port()}", time.monotonic()
    with Client(address, retries=ONE_TRY) as client, pytest.raises(Unreachable) as caught:
        client.begin()
    assert time.monotonic() - began < 1
    assert str(caught.value) == (
        f"{address}: no answer (ConnectError); check the address, and that the server runs"
    )
    with Client(address, retries=Retries(2, first=0.1)) as client, pytest.raises(Unreachable):
        client.begin()
    assert time.monotonic() - began > 0.3  # 0.1 and 0.2 seconds, or more


def test_requests_to_a_restarted_server_are_retried(saved, tmp_path):
    """The client waits, and the turn that it sent twice is stored once."""
    port, store, turns = free_port(), f"sqlite:///{tmp_path / 'conversations.db'}", []
    many_tries = Retries(times=100, first=0.05, longest=0.1)
    with Client(f"http://127.0.0.1:{port}", retries=many_tries, timeout=5) as client:
        with serving(saved, store, port=port) as (_, process):
            id = client.begin(uuid.uuid4().hex).id
            client.observe(id, "0")
            process.kill()
            process.wait()
            thread = threading.Thread(target=lambda: turns.append(client.observe(id, "1").turn))
            thread.start()
        with serving(saved, store, port=port):
            thread.join(30)
            assert turns == [2]
            assert [turn.user for turn in client.get(id).turns] == ["0", "1"]


def test_another_kind_of_server():
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Quiet) as other:
        thread = threading.Thread(target=other.serve_forever)
        thread.start()
        try:
            with Client(f"http://127.0.0.1:{other.server_port}") as client:
                with pytest.raises(WrongServer, match=r"the answer \(status 404\) is not of"):
                    client.model()
                with pytest.raises(WrongServer, match="check the address"):
                    client.begin()
        finally:
            other.shutdown()
            thread.join()


def test_the_timeout_is_that_of_one_try():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address, began = f"http://127.0.0.1:{server.getsockname()[1]}", time.monotonic()
        impatient = Client(address, timeout=0.2, retries=Retries(1, first=0.01))
        with impatient as client, pytest.raises(Unreachable, match="ReadTimeout"):
            client.ready()
        assert 0.4 < time.monotonic() - began < 2


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://host", "http://", "http://host:port", 3])
def test_invalid_addresses(url):
    with pytest.raises(ConfigError, match="is not the address of a server; write it as http://"):
        Client(url)


def test_without_httpx_the_error_names_the_extra():
    code = "import sys; sys.modules['httpx'] = None; import turncast.client.client"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "MissingExtra: asking a server needs" in finished.stderr
    assert "pip install 'turncast[client]'" in finished.stderr
