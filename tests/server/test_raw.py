"""Requests that are no HTTP, too large, or never end: over plain sockets, to a real server."""

import json
import socket
import time
from contextlib import suppress

import httpx
import pytest
from websockets.sync.client import connect

from support.server import serving

HEAD = b"POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def server(saved):
    with serving(saved, "memory:") as (address, process):
        yield address, process


@pytest.fixture
def say(server):
    """Send bytes over a connection of their own, and return all that comes until it is closed."""
    port = int(server[0].rpartition(":")[2])

    def said(*pieces, seconds=12):
        with socket.create_connection(("127.0.0.1", port), seconds) as connection:
            heard = b""
            with suppress(ConnectionError):
                for piece in pieces:
                    connection.sendall(piece)
                while more := connection.recv(65536):
                    heard += more
        return heard

    yield said
    assert httpx.post(f"{server[0]}/v1/conversations", json={}, timeout=5).status_code == 201
    assert server[1].poll() is None


@pytest.mark.parametrize(
    "content",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),  # TLS
        b"hello\r\n\r\n",
        b"GET /v1/model HTTP/1.1\r\n\r\n",  # no Host
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nHost localhost\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        HEAD + b"Content-Length: -1\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
        HEAD + b"Content-Length: two\r\n\r\n{}",
        HEAD + b"Content-Length: 2\r\nTransfer-Encoding: gzip\r\n\r\n{}",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n",
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 300_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 300_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_at_once(say, content):
    began = time.monotonic()
    heard = say(content)
    assert time.monotonic() - began < 3
    assert heard.startswith(b"HTTP/1.1 4")
    assert b"Traceback" not in heard
    assert b"Error" not in heard


def test_a_body_is_bounded_however_it_comes(say):
    chunk = b"186a0\r\n" + b"x" * 100_000 + b"\r\n"
    for content in (
        [HEAD + b"Content-Length: 10000000\r\n\r\n"],  # it says so, and is refused before it comes
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 20],
        [HEAD + b"Content-Length: 1000001\r\n\r\n", b"[" * 1_000_001],
    ):
        began, heard = time.monotonic(), say(*content)
        assert time.monotonic() - began < 3
        assert heard.startswith(b"HTTP/1.1 413"), heard[:200]
        assert json.loads(heard.partition(b"\r\n\r\n")[2])["type"] == "too_large"


def test_who_never_comes_to_an_end_is_not_waited_for(server):
    """Heads that trickle in, or stop, also after a whole request; and a body that stops."""
    port = int(server[0].rpartition(":")[2])
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    beginnings = [b"", b"GET /hea", whole + b"GET /he", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{"]
    slow = [socket.create_connection(("127.0.0.1", port), 12) for _ in beginnings * 20]
    trickling = slow[1]
    for one, content in zip(slow, beginnings * 20, strict=True):
        one.sendall(content)
    assert httpx.post(f"{server[0]}/v1/conversations", json={}, timeout=3).status_code == 201
    began = time.monotonic()
    with suppress(ConnectionError):
        while time.monotonic() - began < 8:
            trickling.sendall(b"x")
            time.sleep(0.25)
        pytest.fail("it was waited for")
    for one in slow:
        heard = b""
        with suppress(ConnectionError):
            while more := one.recv(65536):
                heard += more
        assert heard == b"" or heard.startswith((b"HTTP/1.1 200", b"HTTP/1.1 408"))
        one.close()
    assert time.monotonic() - began < 10


def test_a_websocket_that_is_silent_stays_open(server):
    id = httpx.post(f"{server[0]}/v1/conversations", json={}).json()["id"]
    with connect(f"ws{server[0].removeprefix('http')}/v1/conversations/{id}/socket") as talk:
        time.sleep(5.5)
        talk.send('{"do": "observe", "user": "a tea please"}')
        assert json.loads(talk.recv(timeout=5))["turn"] == 1
