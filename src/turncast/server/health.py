"""Whether the server lives and can answer, and its metrics."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from turncast.server.context import Context

router = APIRouter(tags=["health"])


@router.get("/healthz")
async def alive() -> dict[str, str]:
    """Return that the process lives."""
    return {"status": "ok"}


@router.get("/readyz")
async def ready(context: Context) -> dict[str, str]:
    """Return that the store of conversations can be reached."""
    await context.call_store(context.store.check)
    return {"status": "ok"}


@router.get("/metrics", response_class=Response)
def metrics(context: Context) -> Response:
    """Return the metrics in Prometheus's text format."""
    return Response(context.metrics.to_text(), media_type="text/plain; version=0.0.4")
