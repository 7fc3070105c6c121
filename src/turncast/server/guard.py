"""What is refused before anything looks at it: strangers, large bodies, slow bodies, other pages."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from turncast.server.api_keys import OPEN, Keys
from turncast.server.problem import INTERNAL, Refusal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

_log = logging.getLogger("turncast.server")

MOST_BYTES = 1_000_000
"""A body is at most so large."""

_SECONDS = 5.0
_KEY = (
    401,
    "no_key",
    "The request shows no key that fits.",
    "header Authorization",
    "Send the header Authorization: Bearer KEY.",
)
_LARGE = (413, "too_large", "The body is too large.", "body", f"Send {MOST_BYTES} bytes at most.")
_SLOW = (408, "too_slow", "The body came too slowly.", "body", f"Send it within {_SECONDS:g} seconds.")
_KIND = (
    415,
    "no_json",
    "The body is not said to be JSON.",
    "header Content-Type",
    "Send the header Content-Type: application/json.",
)
_PAGE = (
    403,
    "other_page",
    "The request comes from a page of another site.",
    "header Origin",
    "Call the server from a program, or from a page that it serves.",
)
_NO_HOST = (
    400,
    "no_host",
    "The request does not name one host.",
    "header Host",
    "Send the header Host once.",
)
_HOST = (
    403,
    "other_host",
    "The request is for another host.",
    "header Host",
    "Call the server as 127.0.0.1 or localhost, or start it with a key.",
)


class Guard:
    """An ASGI application around another; what it lets through has a body of bounded size, read to its end.

    Attributes:
        kind: what the bodies are.

    Args:
        app: the application.
        keys: the keys, one of which clients must show; none are needed where there are none.
        local: whether only this machine may call: then the header Host must say so, which a page that made
            its own name point to this machine cannot fake.
    """

    kind = "application/json"

    def __init__(self, app: Asgi, keys: Keys, local: bool) -> None:
        self._app, self._keys, self._local = app, keys, local

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer that it is refused."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            self.check(scope)
            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
                receive = await _whole_body(scope, receive, self.kind)
        except Refusal as refusal:
            await self.refuse(refusal, scope, receive, send)
            return
        begun = False

        async def noting(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:  # noqa: BLE001 it is logged here, without its text
            log_failure(error)
            if not begun:
                await self.refuse(Refusal(*INTERNAL), scope, receive, send)

    def check(self, scope: Scope) -> None:
        """Let a request pass by what its head says.

        Raises:
            Refusal: for a request of a stranger, for no host or another one, or from another page.
        """
        if not self.knows(scope):
            raise Refusal(*_KEY)
        hosts, origins = _named(scope, b"host"), _named(scope, b"origin")
        if len(hosts) > 1 or (not hosts and scope["http_version"] == "1.1"):
            raise Refusal(*_NO_HOST)
        host = hosts[0] if hosts else ""
        if self._local and not _is_local(host):
            raise Refusal(*_HOST)
        if any(origin.partition("://")[2] != host for origin in origins):
            raise Refusal(*_PAGE)

    def knows(self, scope: Scope) -> bool:
        """Tell whether a request may come in: its path needs no key, or it shows one that fits."""
        return scope["path"] in OPEN or not self._keys or self._keys.fit(scope["headers"])

    async def refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer that a request is refused; a WebSocket is not opened."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.problem["type"]})
            return
        headers = {
            "content-type": "application/json",
            "content-length": str(len(refusal.body)),
            "connection": "close",
            **refusal.headers,
        }
        raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": refusal.status, "headers": raw})
        await send({"type": "http.response.body", "body": refusal.body})


def _named(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


@lru_cache(maxsize=64)  # a client names the same host each time
def _is_local(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


async def _whole_body(scope: Scope, receive: Receive, wanted: str) -> Receive:
    """Read the body, and return what gives it again."""
    length, kind = 0, ""
    for name, value in scope["headers"]:
        if name == b"content-length":
            length = int(value) if value.isdigit() else 0
        elif name == b"content-type":
            kind = value.decode("latin-1").partition(";")[0].strip().lower()
    if length > MOST_BYTES:
        raise Refusal(*_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    break
                body += message.get("body", b"")
                if len(body) > MOST_BYTES:
                    raise Refusal(*_LARGE)
                more = message.get("more_body", False)
    except TimeoutError:
        raise Refusal(*_SLOW) from None
    if body and kind != wanted:
        raise Refusal(*_KIND)
    told = False

    async def again() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return {"type": "http.request", "body": bytes(body), "more_body": False}

    return again


def log_failure(error: Exception) -> None:
    """Log that a request failed and where; the error's own text may hold what a user said."""
    frames = traceback.extract_tb(error.__traceback__)
    places = ", ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-3:])
    _log.error("%s at %s", type(error).__name__, places)
