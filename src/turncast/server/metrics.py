"""Figures for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from turncast.server.guard import Asgi, Message, Receive, Scope, Send

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """What is counted; of what users say nothing."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "turncast_requests", "Requests answered", ["method", "path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "turncast_request_seconds", "Time to answer", ["path"], buckets=_SECONDS, registry=self.registry
        )
        self.together = Histogram(
            "turncast_requests_together",
            "Requests of conversations worked on at once",
            buckets=_SIZES,
            registry=self.registry,
        )
        self.reloads = Counter(
            "turncast_reloads", "Models loaded anew", ["model", "outcome"], registry=self.registry
        )
        self.expired = Counter("turncast_expired", "Conversations that have expired", registry=self.registry)

    def text(self) -> bytes:
        """Return the figures as Prometheus reads them."""
        return generate_latest(self.registry)


class CountRequests:
    """ASGI middleware that counts the requests of an application and their seconds, by route."""

    def __init__(self, app: Asgi, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def send_and_note_status(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, send_and_note_status)
        finally:
            path = getattr(scope.get("route"), "path", "(none)")
            self._metrics.requests.labels(_method(scope), path, str(status)).inc()
            self._metrics.seconds.labels(path).observe(time.perf_counter() - start)


def _method(scope: Scope) -> str:
    """Return the method, where it is one of the few: each name makes figures of its own."""
    return scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "DELETE") else "other"
