"""What the routes share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from turncast.errors import TurncastError
from turncast.server.api_keys import Keys
from turncast.server.batching_queue import Desk
from turncast.server.guard import log_failure
from turncast.server.metrics import Metrics
from turncast.server.models import Models
from turncast.server.problem import Problem, Refusal, refusal_of
from turncast.server.state_cache import Prefixes
from turncast.sessions.store import Store


@dataclass(frozen=True, slots=True)
class Service:
    """The parts of a running server.

    Attributes:
        models: the models by name.
        store: where conversations are stored.
        desk: runs the requests to conversations.
        metrics: counts requests and answers.
        prefixes: the states of agents' conversations.
        keys: the API keys, one of which a client must send; none are needed where there are none.
        local: whether only requests to this machine's own names are accepted.
    """

    models: Models
    store: Store
    desk: Desk
    metrics: Metrics
    prefixes: Prefixes
    keys: Keys
    local: bool


async def service_of(request: Request) -> Service:
    """Return the parts of the server that a request came to."""
    service: Service = request.app.state.service  # `async`, for anything else is run in a thread
    return service


def json_response(content: str, status: int = 200) -> Response:
    """Return an answer that is JSON already."""
    return Response(content, status, media_type="application/json")


def problem_response(error: Refusal | TurncastError, headers: Mapping[str, str] | None = None) -> Response:
    """Return the answer to a request that is refused, or fails; a failure is logged."""
    refusal = error if isinstance(error, Refusal) else refusal_of(error)
    if error is not refusal and refusal.status >= 500:
        log_failure(error)
    return Response(refusal.body, refusal.status, {**(headers or {}), **refusal.headers}, "application/json")


PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": description}
    for status, description in (
        (400, "The body is no JSON."),
        (401, "No key fits."),
        (404, "There is no such conversation, turn or model."),
        (409, "The id of another request, or a conversation that others change."),
        (413, "The body is too large."),
        (415, "The body is not said to be JSON."),
        (422, "A field is not as it must be."),
        (503, "The conversations cannot be reached at the moment."),
    )
}
