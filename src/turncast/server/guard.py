"""Middleware that refuses requests before the application reads them, by their headers and their size."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from typing import Any

from turncast.server.api_keys import OPEN_PATHS, ApiKeys
from turncast.server.refusals import ProblemDetails, Refusal, refusal_for

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BODY_BYTES = 1_000_000
WHOLE_BODY = "turncast.body"
"""The key of an ASGI scope under which the guard stores the body of a request, as bytes."""

_NO_KEY = ProblemDetails(
    status=401,
    type="no_key",
    message="The request has no valid key.",
    where="header Authorization",
    cure="Send the header Authorization: Bearer KEY.",
)
_TOO_LARGE = ProblemDetails(
    status=413,
    type="too_large",
    message="The body is too large.",
    where="body",
    cure=f"Send at most {MAX_BODY_BYTES} bytes.",
)
_OTHER_SITE = ProblemDetails(
    status=403,
    type="other_page",
    message="The request comes from a page of another site.",
    where="header Origin",
    cure="Call the server from a program, or from a page that it serves.",
)
_NO_HOST = ProblemDetails(
    status=400,
    type="no_host",
    message="The request does not name exactly one host.",
    where="header Host",
    cure="Send the header Host once.",
)
_OTHER_HOST = ProblemDetails(
    status=403,
    type="other_host",
    message="The request is for another host.",
    where="header Host",
    cure="Call the server as 127.0.0.1 or localhost, or start it with a key.",
)


class Guard:
    """ASGI middleware that passes on authorized requests, after their whole body has arrived.

    Attributes:
        media_type: the required content type of bodies.

    Args:
        app: the application.
        keys: the keys, one of which clients must send; no key is needed if there are none.
        local: whether only this machine may call. The header Host must then name this machine; a web page
            whose host name resolves to this machine (DNS rebinding) cannot forge that header.
        body_timeout: the body must arrive within this many seconds.
    """

    media_type = "application/json"

    def __init__(self, app: Asgi, keys: ApiKeys, local: bool, body_timeout: float) -> None:
        self._app, self._keys, self._local, self._body_timeout = app, keys, local, body_timeout

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        try:
            self.check_headers(scope)
            if scope["type"] == "http" and scope["method"] not in ("GET", "HEAD"):
                body = await _read_body(scope, receive, self._body_timeout)
                if body and _content_type(scope) != self.media_type:
                    raise Refusal(_wrong_content_type(self.media_type))
                scope[WHOLE_BODY], receive = body, _replay(body, receive)
        except Refusal as refusal:
            await self.send_refusal(refusal, scope, receive, send)
            return
        answer_begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal answer_begun
            answer_begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except Exception as error:  # noqa: BLE001 it is logged, and answered without its text
            failure = refusal_for(error)
            if not answer_begun:
                await self.send_refusal(failure, scope, receive, send)

    def check_headers(self, scope: Scope) -> None:
        """Check the headers of a request.

        Raises:
            Refusal: for a request without a valid key, without exactly one host, for another host, or from a
                page of another site.
        """
        if not self.is_authorized(scope):
            raise Refusal(_NO_KEY)
        hosts, origins = _header_values(scope, b"host"), _header_values(scope, b"origin")
        if len(hosts) > 1 or (not hosts and scope["http_version"] == "1.1"):
            raise Refusal(_NO_HOST)
        host = hosts[0] if hosts else ""
        if self._local and not _is_local(host):
            raise Refusal(_OTHER_HOST)
        if any(origin.partition("://")[2] != host for origin in origins):
            raise Refusal(_OTHER_SITE)

    def is_authorized(self, scope: Scope) -> bool:
        """Return whether the path of a request needs no key, or the request has a valid one."""
        is_open = not self._keys or route_path(scope) in OPEN_PATHS
        return is_open or self._keys.accepts_headers(scope["headers"])

    async def send_refusal(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer that a request is refused; a WebSocket is closed before it is accepted."""
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.problem.type})
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


def route_path(scope: Scope) -> str:
    """Return the path of a request below the path at which the application is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


def _header_values(scope: Scope, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _content_type(scope: Scope) -> str:
    values = _header_values(scope, b"content-type")
    return values[-1].partition(";")[0].strip().lower() if values else ""


@lru_cache(maxsize=64)  # a client names the same host in every request
def _is_local(host: str) -> bool:
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


async def _read_body(scope: Scope, receive: Receive, seconds: float) -> bytes:
    """Return the whole body of a request.

    Raises:
        Refusal: for a body that is too large, or that does not arrive in time.
    """
    for length in _header_values(scope, b"content-length"):
        if length.isdecimal() and int(length) > MAX_BODY_BYTES:
            raise Refusal(_TOO_LARGE)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    break
                body += message.get("body", b"")
                if len(body) > MAX_BODY_BYTES:
                    raise Refusal(_TOO_LARGE)
                more = message.get("more_body", False)
    except TimeoutError:
        raise Refusal(_too_slow(seconds)) from None
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return an ASGI receive function that gives the body in one message, then the messages after it."""
    replayed = False

    async def receive_again() -> Message:
        nonlocal replayed
        if replayed:
            return await receive()
        replayed = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _too_slow(seconds: float) -> ProblemDetails:
    return ProblemDetails(
        status=408,
        type="too_slow",
        message="The body arrived too slowly.",
        where="body",
        cure=f"Send it within {seconds:g} seconds.",
    )


def _wrong_content_type(media_type: str) -> ProblemDetails:
    return ProblemDetails(
        status=415,
        type="no_json",
        message=f"The content type is not {media_type}.",
        where="header Content-Type",
        cure=f"Send the header Content-Type: {media_type}.",
    )
