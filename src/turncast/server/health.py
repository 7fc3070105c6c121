"""Whether the server lives, whether it can answer, and its figures."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from turncast.server.conversation import Here
from turncast.server.timeouts import in_time

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """Say that the server lives."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(service: Here) -> dict[str, str]:
    """Say that the conversations can be reached."""
    await in_time(service.store.check)
    return {"status": "ok"}


@router.get("/metrics", response_class=Response)
def metrics(service: Here) -> Response:
    """Return the figures, for Prometheus."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4")
