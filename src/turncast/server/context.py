"""What the routes of the API share: the parts of the running server, and how answers are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from fastapi.responses import Response

from turncast.server.api_keys import ApiKeys
from turncast.server.batching_queue import BatchingQueue
from turncast.server.metrics import Metrics
from turncast.server.models import Models
from turncast.server.refusals import ProblemBody, refusal_for
from turncast.server.state_cache import StateCache
from turncast.server.timeouts import Timeouts, run_with_timeout
from turncast.sessions.store import Store

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class ServerContext:
    """The parts of a running server.

    Attributes:
        models: the models by name.
        store: stores the conversations.
        queue: runs the requests to conversations.
        metrics: counts requests and answers.
        state_cache: the states of agents' conversations.
        keys: the API keys, one of which a client must send; no key is needed if there are none.
        local: whether only requests to this machine's own names are accepted.
        timeouts: the time-outs.
    """

    models: Models
    store: Store
    queue: BatchingQueue
    metrics: Metrics
    state_cache: StateCache
    keys: ApiKeys
    local: bool
    timeouts: Timeouts

    async def call_store(self, call: Callable[[], _T]) -> _T:
        """Run a call that waits for the store in a thread, with the time-out of the store."""
        return await run_with_timeout(call, self.timeouts.store)


async def get_context(request: Request) -> ServerContext:
    """Return the context of the server that received a request."""
    context: ServerContext = request.app.state.context
    return context  # `async`, because FastAPI runs other functions in a thread


Context = Annotated[ServerContext, Depends(get_context)]


def json_response(content: str, status: int = 200) -> Response:
    """Return a response whose content is JSON already."""
    return Response(content, status, media_type="application/json")


def refusal_response(error: Exception, headers: Mapping[str, str] | None = None) -> Response:
    """Return the response to a request that is refused, or that failed."""
    refusal = refusal_for(error)
    return Response(refusal.body, refusal.status, {**(headers or {}), **refusal.headers}, "application/json")


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "description": description}
    for status, description in (
        (400, "The body is not JSON."),
        (401, "The request has no valid key."),
        (404, "There is no such conversation, turn or model."),
        (409, "The turn_id belongs to another request, or others keep changing the conversation."),
        (413, "The body is too large."),
        (415, "The content type is not JSON."),
        (422, "A field is not valid."),
        (503, "The store of conversations cannot be reached."),
    )
}
