"""The API as an ASGI application."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from turncast.errors import StoreError, TurncastError
from turncast.server import agents, conversation, health, predict, socket
from turncast.server.api_keys import OPEN_PATHS, SECURITY_SCHEMES, ApiKeys
from turncast.server.batching_queue import BatchingQueue
from turncast.server.context import ServerContext, refusal_response
from turncast.server.fast_path import FastPath
from turncast.server.guard import Guard
from turncast.server.metrics import CountRequests, Metrics
from turncast.server.models import Models
from turncast.server.refusals import Refusal
from turncast.server.state_cache import StateCache
from turncast.server.timeouts import Timeouts
from turncast.sessions.conversations import Conversations
from turncast.sessions.store import Store
from turncast.version import __version__

_log = logging.getLogger("turncast.server")
_RELOAD_SECONDS, _EXPIRE_SECONDS = 1.0, 60.0  # between two checks for new models, for old conversations


def create_app(
    models: Models,
    store: Store,
    *,
    keys: Collection[str] = (),
    local: bool = False,
    expire_after: float | None = None,
    timeouts: Timeouts | None = None,
) -> FastAPI:
    """Return the API as an ASGI application; `turncast.web.create_web_app` adds the page to it.

    Args:
        models: the models by name.
        store: stores the conversations; it is closed when the application stops.
        keys: the keys, one of which clients must send; no key is needed if there are none.
        local: whether only requests to this machine's own names are accepted.
        expire_after: seconds after which an unused conversation is deleted; None for never.
        timeouts: the time-outs; None for the defaults.

    >>> import turncast
    >>> from turncast.sessions import open_store
    >>> corpus = turncast.simulate(dialogues=100, seed=1)
    >>> policy = turncast.train(corpus, config=turncast.TrainConfig(epochs=1))
    >>> app = create_app(Models({"default": policy}), open_store("memory:"))
    >>> [path for path in app.openapi()["paths"] if path.endswith("turns")]
    ['/v1/conversations/{id}/turns']
    """
    context = _create_context(models, store, ApiKeys(keys), local, timeouts or Timeouts())
    app = _Api(
        needs_key=bool(context.keys),
        title="turncast",
        version=__version__,
        description="Predicts what a system should do next in a dialogue, turn by turn.",
        docs_url=None,  # FastAPI's pages of the documentation load code from another site
        redoc_url=None,
        lifespan=_lifespan(context, expire_after),
    )
    app.state.context = context
    for module in (conversation, socket, predict, agents, health):
        app.include_router(module.router)
    for kind in (Refusal, TurncastError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer_error)
    # A request passes through the middleware from the last one to the first one.
    app.add_middleware(FastPath, queue=context.queue)
    app.add_middleware(Guard, keys=context.keys, local=local, body_timeout=context.timeouts.body)
    app.add_middleware(CountRequests, metrics=context.metrics)
    return app


def _create_context(
    models: Models, store: Store, keys: ApiKeys, local: bool, timeouts: Timeouts
) -> ServerContext:
    metrics = Metrics()
    conversations = Conversations(models.policies, store)
    return ServerContext(
        models=models,
        store=store,
        queue=BatchingQueue(conversations, metrics.batch_sizes.observe, timeouts.store),
        metrics=metrics,
        state_cache=StateCache(),
        keys=keys,
        local=local,
        timeouts=timeouts,
    )


class _Api(FastAPI):
    """FastAPI with an OpenAPI document that says whether a key is needed, and how it is sent.

    >>> sorted(_Api(needs_key=True, title="turncast").openapi()["components"]["securitySchemes"])
    ['bearer', 'header']
    """

    def __init__(self, *, needs_key: bool, **settings: Any) -> None:
        super().__init__(**settings)
        self._needs_key = needs_key

    def openapi(self) -> dict[str, Any]:
        """Return the document; it is built once."""
        is_new = self.openapi_schema is None
        document = super().openapi()
        if is_new and self._needs_key:
            document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
            document["security"] = [{name: []} for name in SECURITY_SCHEMES]
            for path in OPEN_PATHS:
                for operation in document["paths"].get(path, {}).values():
                    operation["security"] = []
        return document


def _lifespan(
    context: ServerContext, expire_after: float | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(_repeat(_RELOAD_SECONDS, partial(_reload_models, context)))]
        if expire_after is not None:
            expire = partial(expire_conversations, context, expire_after)
            tasks.append(asyncio.create_task(_repeat(_EXPIRE_SECONDS, expire)))
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task
            await context.queue.close()
            context.store.close()

    return lifespan


async def expire_conversations(context: ServerContext, unused_seconds: float) -> None:
    """Delete the conversations that were not used for this many seconds, and count them in the metrics."""
    try:
        count = await asyncio.to_thread(context.store.expire, time.time() - unused_seconds)
        context.metrics.expired.inc(count)
    except StoreError:
        _log.warning("the store cannot be reached; old conversations are deleted later")


async def _reload_models(context: ServerContext) -> None:
    for name, loaded in (await asyncio.to_thread(context.models.reload)).items():
        context.metrics.reloads.labels(name, "loaded" if loaded else "refused").inc()


async def _repeat(seconds: float, call: Callable[[], Awaitable[None]]) -> None:
    while True:
        await call()
        await asyncio.sleep(seconds)


async def _answer_error(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        return refusal_response(error, {"Allow": _allowed_methods(request)})
    return refusal_response(error)


def _allowed_methods(request: Request) -> str:
    """Return the methods of the path of a request; two methods may be two routes, so ask the document too."""
    route = request.scope.get("route")
    documented = request.app.openapi()["paths"].get(getattr(route, "path", ""), ())
    methods = {method.upper() for method in documented} | set(getattr(route, "methods", None) or ())
    return ", ".join(sorted(methods))
