"""Connections that are held open by a request that never comes whole are closed."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

SECONDS = 5.0
"""The head of a request (its first line and its headers) must come within so many seconds."""


class Punctual(H11Protocol):
    """uvicorn's protocol, which waits for a body as long as the application does, and for a head forever.

    The time counts from the connection, or from the first byte of a later request; bytes that trickle in do
    not stretch it. What is idle between two requests is uvicorn's to close.
    """

    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and wait on, where it was no whole head."""
        super().data_received(data)
        self._watch()

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
