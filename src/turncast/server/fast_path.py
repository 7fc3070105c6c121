"""A fast path for the two most frequent requests: observe and commit."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from pydantic import ValidationError

from turncast.errors import TurncastError
from turncast.server.batching_queue import BatchingQueue
from turncast.server.bodies import ID, CommitBody, ObserveBody
from turncast.server.context import json_response, refusal_response
from turncast.server.conversation import commit_request, observe_request, router
from turncast.server.guard import WHOLE_BODY, Asgi, Receive, Scope, Send, route_path
from turncast.server.refusals import Refusal
from turncast.sessions.request import ConversationRequest

_PATH = re.compile(f"/v1/conversations/({ID})/(turns|commit)")


@dataclass(frozen=True, slots=True)
class _FastRoute:
    """A route that the fast path answers.

    Attributes:
        route: the documented route, for the metrics.
        parse: makes the request from the conversation's id and the body.
    """

    route: APIRoute
    parse: Callable[[str, bytes], ConversationRequest]


class FastPath:
    """ASGI middleware that answers valid observe and commit requests itself and passes on all others.

    The routes of the application would give the same answers, but most of a request's time would go into
    FastAPI's routing, its dependencies, and parsing the body in two passes. An invalid body is passed on: the
    application then refuses it.

    Args:
        app: the application.
        queue: answers the requests.
    """

    def __init__(self, app: Asgi, queue: BatchingQueue) -> None:
        self._app, self._queue = app, queue

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or pass it on."""
        body: bytes | None = scope.get(WHOLE_BODY)  # set by the guard
        match = _PATH.fullmatch(route_path(scope)) if scope["type"] == "http" else None
        if match is None or body is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        id, name = match.groups()
        fast_route = _ROUTES[name]
        try:
            request = fast_route.parse(id, body)
        except ValidationError:
            await self._app(scope, receive, send)
            return
        scope["route"] = fast_route.route
        try:
            response = json_response(await self._queue.ask(request))
        except (Refusal, TurncastError) as error:
            response = refusal_response(error)
        await response(scope, receive, send)


def _fast_route(endpoint: str, parse: Callable[[str, bytes], ConversationRequest]) -> _FastRoute:
    routes: list[Any] = [route for route in router.routes if getattr(route, "name", None) == endpoint]
    return _FastRoute(routes[0], parse)


_ROUTES = {
    "turns": _fast_route(
        "observe", lambda id, body: observe_request(id, ObserveBody.model_validate_json(body))
    ),
    "commit": _fast_route(
        "commit", lambda id, body: commit_request(id, CommitBody.model_validate_json(body))
    ),
}
