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

    def around(self, app: Asgi) -> Asgi:
        """Return an application that also counts its requests, by the form of their path."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            began, status = time.perf_counter(), 500

            async def noting(message: Message) -> None:
                nonlocal status
                status = message.get("status", status)
                await send(message)

            try:
                await app(scope, receive, noting)
            finally:
                path = getattr(scope.get("route"), "path", "(none)")
                self.requests.labels(_method(scope), path, str(status)).inc()
                self.seconds.labels(path).observe(time.perf_counter() - began)

        return counted


def _method(scope: Scope) -> str:
    """Return the method, where it is one of the few: each name makes figures of its own."""
    return scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "DELETE") else "other"
