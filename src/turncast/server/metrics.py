"""Metrics for Prometheus."""

from __future__ import annotations

import time

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from turncast.server.guard import Asgi, Message, Receive, Scope, Send

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
_BATCH_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The counters and histograms of a server; none has a label with what users said."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "turncast_requests", "Requests answered", ["method", "path", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "turncast_request_seconds", "Time to answer", ["path"], buckets=_SECONDS, registry=self.registry
        )
        self.batch_sizes = Histogram(
            "turncast_batch_size",
            "Requests to conversations in one batch",
            buckets=_BATCH_SIZES,
            registry=self.registry,
        )
        self.reloads = Counter(
            "turncast_reloads", "Models loaded again", ["model", "outcome"], registry=self.registry
        )
        self.expired = Counter("turncast_expired", "Conversations that expired", registry=self.registry)

    def to_text(self) -> bytes:
        """Return the metrics in Prometheus's text format."""
        return generate_latest(self.registry)


class CountRequests:
    """ASGI middleware that counts the requests to an application and measures their time, by route."""

    def __init__(self, app: Asgi, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            path = getattr(scope.get("route"), "path", "(none)")
            self._metrics.requests.labels(_method(scope), path, str(status)).inc()
            self._metrics.seconds.labels(path).observe(time.perf_counter() - start)


def _method(scope: Scope) -> str:
    """Return the method, or `other`: a client must not be able to add labels without limit."""
    return scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "DELETE") else "other"
