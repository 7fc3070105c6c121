"""The application: its parts, put together."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from turncast.errors import StoreError, TurncastError
from turncast.server import agents, conversation, health, predict, socket
from turncast.server.api_keys import Keys
from turncast.server.batching_queue import Desk
from turncast.server.context import Service, problem_response
from turncast.server.fast_path import Express
from turncast.server.guard import Guard
from turncast.server.metrics import CountRequests, Metrics
from turncast.server.models import Models
from turncast.server.openapi import Documented
from turncast.server.problem import Refusal, refusal_of_fields, refusal_of_status
from turncast.server.state_cache import Prefixes
from turncast.sessions.conversations import Conversations
from turncast.sessions.store import Store
from turncast.version import __version__

_log = logging.getLogger("turncast.server")
_LOOK, _EXPIRE = 1.0, 60.0  # seconds between looks at the folders of models, and at old conversations


def create_app(
    models: Models,
    store: Store,
    *,
    keys: Collection[str] = (),
    local: bool = False,
    expire_after: float | None = None,
) -> FastAPI:
    """Return the API as an ASGI application; `turncast.web.create_web_app` puts the page in front of it.

    Args:
        models: the models by name.
        store: where conversations are kept; it is closed with the application.
        keys: keys, one of which clients must show; none are needed where there are none.
        local: whether only requests to this machine's own names are let in.
        expire_after: seconds after which a conversation that was not used is deleted; None for never.

    >>> import turncast
    >>> from turncast.sessions import open_store
    >>> corpus = turncast.simulate(dialogues=100, seed=1)
    >>> policy = turncast.train(corpus, config=turncast.TrainConfig(epochs=1))
    >>> app = create_app(Models({"default": policy}), open_store("memory:"))
    >>> [path for path in app.openapi()["paths"] if path.endswith("turns")]
    ['/v1/conversations/{id}/turns']
    """
    metrics = Metrics()
    desk = Desk(Conversations(models.policies, store), metrics.together.observe)
    service = Service(models, store, desk, metrics, Prefixes(), Keys(keys), local)
    app = Documented(
        bool(keys),
        title="turncast",
        version=__version__,
        description="Says what a system should do next in a dialogue, turn by turn.",
        docs_url=None,  # its page would load code from elsewhere
        redoc_url=None,
        lifespan=_lifespan(service, expire_after),
    )
    app.state.service = service
    for part in (conversation, socket, predict, agents, health):
        app.include_router(part.router)
    for kind in (Refusal, TurncastError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer)
    # The middleware that is added last sees a request first.
    app.add_middleware(Express, desk=desk)
    app.add_middleware(Guard, keys=service.keys, local=local)
    app.add_middleware(CountRequests, metrics=metrics)
    return app


def _lifespan(
    service: Service, expire_after: float | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_every(_LOOK, lambda: _reload(service)))]
        if expire_after is not None:
            tasks.append(asyncio.create_task(_every(_EXPIRE, lambda: _expire(service, expire_after))))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await service.desk.close()
            service.store.close()

    return lifespan


async def _every(seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    while True:
        await do()
        await asyncio.sleep(seconds)


async def _reload(service: Service) -> None:
    for name, loaded in (await asyncio.to_thread(service.models.reload)).items():
        service.metrics.reloads.labels(name, "loaded" if loaded else "refused").inc()


async def _expire(service: Service, seconds: float) -> None:
    try:
        count = await asyncio.to_thread(service.store.expire, time.time() - seconds)
        service.metrics.expired.inc(count)
    except StoreError:
        _log.warning("the store cannot be reached; old conversations stay for now")


async def _answer(request: Request, error: Any) -> Response:
    """Answer an error in the one shape."""
    if isinstance(error, RequestValidationError):
        return problem_response(refusal_of_fields(error.errors()))
    if isinstance(error, HTTPException):
        headers = {"Allow": _allowed(request)} if error.status_code == 405 else {}
        return problem_response(refusal_of_status(error.status_code), headers)
    return problem_response(error)


def _allowed(request: Request) -> str:
    """Return the methods that the path of a request takes; each may be a route of its own."""
    route = request.scope.get("route")
    documented = request.app.openapi()["paths"].get(getattr(route, "path", ""), ())
    methods = {method.upper() for method in documented} | set(getattr(route, "methods", None) or ())
    return ", ".join(sorted(methods))
