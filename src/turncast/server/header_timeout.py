"""Connections that are held open by a request that never comes whole are closed."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

SECONDS = 5.0
"""The head of a request (its first line and its headers) must come within so many seconds."""

MOST_BYTES = 65_536
"""A head is at most so large."""


class Punctual(HttpToolsProtocol):
    """uvicorn's protocol, which waits for a body as long as the application does, and for a head forever.

    The time counts from the connection, or from the first byte of a later request; bytes that trickle in do
    not stretch it. What is idle between two requests is uvicorn's to close. The size counts what belongs to
    no body: a head, or what stands between the pieces of a body.
    """

    _late: asyncio.TimerHandle | None = None
    _head = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait on, where it was no whole head."""
        self._head += len(data)
        super().data_received(data)
        if self._head > MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")
        self._watch()

    def on_headers_complete(self) -> None:
        """Count anew: what comes next is a body, or another head."""
        self._head = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Count anew."""
        self._head = 0
        super().on_body(body)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._rest()
        super().connection_lost(exc)

    def _watch(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering or self.transport.get_protocol() is not self:  # a WebSocket has a protocol of its own
            self._rest()
        elif self._late is None:
            self._late = self.loop.call_later(SECONDS, self.transport.abort)

    def _rest(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None
