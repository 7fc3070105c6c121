"""The short way of the two requests that come most: what comes next, and what was done."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi.routing import APIRoute
from pydantic import ValidationError

from turncast.errors import TurncastError
from turncast.server.batching_queue import Desk
from turncast.server.bodies import ID, CommitBody, ObserveBody
from turncast.server.context import json_response, problem_response
from turncast.server.conversation import commit_of, observe_of, router
from turncast.server.guard import Asgi, Message, Receive, Scope, Send
from turncast.server.problem import Refusal
from turncast.sessions.request import ConversationRequest

_PATH = re.compile(f"/v1/conversations/({ID})/(turns|commit)")


@dataclass(frozen=True, slots=True)
class _Way:
    route: APIRoute  # the one that the OpenAPI document tells of
    read: Callable[[str, bytes], ConversationRequest]


class Express:
    """Answers turns and commits that are as they should be; all else goes on to the application.

    The application's own routes would give the same answers, and take most of a request's time: they look
    for the route among all, solve its dependencies, and check the body in two passes.

    Args:
        app: the application, which reads the body again.
        desk: what answers.
    """

    def __init__(self, app: Asgi, desk: Desk) -> None:
        self._app, self._desk = app, desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or let it go on."""
        taken = _PATH.fullmatch(scope["path"]) if scope["type"] == "http" else None
        if taken is None or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        way, message = _WAYS[taken[2]], await receive()
        try:
            request = way.read(taken[1], message.get("body", b""))
        except ValidationError:
            await self._app(scope, _first(message, receive), send)
            return
        scope["route"] = way.route
        try:
            response = json_response(await self._desk.ask(request))
        except (Refusal, TurncastError) as error:
            response = problem_response(error)
        await response(scope, receive, send)


def _first(message: Message, receive: Receive) -> Receive:
    """Return what gives this message, and then what comes."""
    waiting = [message]

    async def given() -> Message:
        return waiting.pop() if waiting else await receive()

    return given


def _way(endpoint: str, read: Callable[[str, bytes], ConversationRequest]) -> _Way:
    routes: list[Any] = [route for route in router.routes if getattr(route, "name", None) == endpoint]
    return _Way(routes[0], read)


_WAYS = {
    "turns": _way("observe", lambda id, body: observe_of(id, ObserveBody.model_validate_json(body))),
    "commit": _way("commit", lambda id, body: commit_of(id, CommitBody.model_validate_json(body))),
}
