"""Requests that are not HTTP, too large, or never complete: over plain sockets, to a real server."""

import json
import socket
import time
from contextlib import suppress

import httpx
import pytest
from websockets.sync.client import connect

from support.server import serving_with_timeout

HEAD = b"POST /v1/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
TIMEOUT = 0.5  # seconds, of the head and the body of a request


@pytest.fixture(scope="module")
def server(saved):
    with serving_with_timeout(saved, TIMEOUT) as (address, process):
        yield address, process


@pytest.fixture
def exchange(server):
    """Send bytes over a new connection, and return all that is received until it is closed."""
    port = int(server[0].rpartition(":")[2])

    def exchange(*pieces, seconds=12):
        with socket.create_connection(("127.0.0.1", port), seconds) as connection:
            received = b""
            with suppress(ConnectionError):  # the server may answer and close before all is sent
                for piece in pieces:
                    connection.sendall(piece)
            with suppress(ConnectionError):
                while more := connection.recv(65536):
                    received += more
        return received

    yield exchange
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
def test_invalid_http_is_refused_at_once(exchange, content):
    start = time.monotonic()
    received = exchange(content)
    assert time.monotonic() - start < 3
    assert received.startswith(b"HTTP/1.1 4")
    assert b"Traceback" not in received
    assert b"Error" not in received


def test_a_large_body_is_refused_however_it_is_sent(exchange):
    chunk = b"186a0\r\n" + b"x" * 100_000 + b"\r\n"
    for content in (
        [HEAD + b"Content-Length: 10000000\r\n\r\n"],  # refused by its header, before it arrives
        [HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 20],
        [HEAD + b"Content-Length: 1000001\r\n\r\n", b"[" * 1_000_001],
    ):
        start, received = time.monotonic(), exchange(*content)
        assert time.monotonic() - start < 3
        assert received.startswith(b"HTTP/1.1 413"), received[:200]
        assert json.loads(received.partition(b"\r\n\r\n")[2])["type"] == "too_large"


def test_incomplete_requests_time_out(server):
    """Heads of which single bytes arrive, or no more, also after a whole request; and a body that stops."""
    port = int(server[0].rpartition(":")[2])
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    beginnings = [b"", b"GET /hea", whole + b"GET /he", HEAD, HEAD + b"Content-Length: 100\r\n\r\n{"]
    connections = [socket.create_connection(("127.0.0.1", port), 12) for _ in beginnings * 20]
    slow = connections[1]
    for connection, content in zip(connections, beginnings * 20, strict=True):
        connection.sendall(content)
    assert httpx.post(f"{server[0]}/v1/conversations", json={}, timeout=3).status_code == 201
    start = time.monotonic()
    with suppress(ConnectionError):
        while time.monotonic() - start < 10 * TIMEOUT:
            slow.sendall(b"x")
            time.sleep(TIMEOUT / 10)
        pytest.fail("the connection stays open")
    for connection in connections:
        received = b""
        with suppress(ConnectionError):
            while more := connection.recv(65536):
                received += more
        assert received == b"" or received.startswith((b"HTTP/1.1 200", b"HTTP/1.1 408"))
        connection.close()


def test_an_idle_websocket_stays_open(server):
    id = httpx.post(f"{server[0]}/v1/conversations", json={}).json()["id"]
    with connect(f"ws{server[0].removeprefix('http')}/v1/conversations/{id}/socket") as websocket:
        time.sleep(1.5 * TIMEOUT)
        websocket.send('{"do": "observe", "user": "a tea please"}')
        assert json.loads(websocket.recv(timeout=5))["turn"] == 1
