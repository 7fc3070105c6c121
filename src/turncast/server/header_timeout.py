"""uvicorn's HTTP protocol with a time-out and a size limit for the head of a request."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES = 65_536


class HeaderTimeoutProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits without limit for the head of a request.

    The time counts from the connection, or from the first byte of a later request; single bytes that arrive
    do not extend it. uvicorn itself closes connections that are idle between two requests. The size counts
    all bytes that do not belong to a body: the head, and what stands between the chunks of a body.

    Attributes:
        head_seconds: the time-out of the head: the first line of a request and its headers.
    """

    head_seconds = 5.0
    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0

    @classmethod
    def with_timeout(cls, seconds: float) -> type[HeaderTimeoutProtocol]:
        """Return this protocol with another time-out; uvicorn takes a class, and makes the instances."""
        return type(cls.__name__, (cls,), {"head_seconds": seconds})

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the time-out of the first request."""
        super().connection_made(transport)
        self._update_timer()

    def data_received(self, data: bytes) -> None:
        """Parse the data, and start or stop the time-out."""
        self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        self._update_timer()

    def on_headers_complete(self) -> None:
        """Reset the size: a body, or another head, comes next."""
        self._head_bytes = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Reset the size."""
        self._head_bytes = 0
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the time-out."""
        self._stop_timer()
        super().connection_lost(exc)

    def _update_timer(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering or self.transport.get_protocol() is not self:  # a WebSocket has another protocol
            self._stop_timer()
        elif self._timer is None:
            self._timer = self.loop.call_later(self.head_seconds, self.transport.abort)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
