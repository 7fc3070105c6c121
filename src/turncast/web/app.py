"""The page and the API as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from turncast.errors import TurncastError
from turncast.server.context import ServerContext
from turncast.server.guard import Asgi, Receive, Scope, Send, route_path
from turncast.server.metrics import CountRequests
from turncast.server.refusals import Refusal
from turncast.web import corpus_page, evaluation_page, retrain_page, sign_in, talk_page
from turncast.web.context import WebContext
from turncast.web.error_page import error_page
from turncast.web.evaluation_job import EvaluationJob
from turncast.web.guard import PageGuard
from turncast.web.retrain_job import RetrainJob
from turncast.web.workspace import Workspace

_STATIC = Path(__file__).parent / "static"


def create_web_app(api: FastAPI, workspace: Workspace) -> FastAPI:
    """Return an ASGI application that serves the page at `/` and under `/ui`, and the API at all other paths.

    The page shows the default model of the API and asks for the keys of the API. When the returned
    application starts and stops, the API starts and stops with it.

    Args:
        api: what `turncast.server.create_app` returned.
        workspace: the corpus that the page shows, and the file of corrections.
    """
    server: ServerContext = api.state.context
    context = WebContext(
        server=server,
        workspace=workspace,
        evaluation=EvaluationJob(workspace),
        retraining=RetrainJob(workspace),
    )
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, lifespan=_lifespan(api, context))
    app.state.context = context
    app.add_api_route("/", _home, methods=["GET"])
    app.add_api_route("/ui", _home, methods=["GET"])
    for module in (sign_in, talk_page, corpus_page, evaluation_page, retrain_page):
        app.include_router(module.router)
    app.mount("/ui/static", StaticFiles(directory=_STATIC))
    for kind in (Refusal, TurncastError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer_error)
    # A request passes through the middleware from the last one to the first one.
    app.add_middleware(PageGuard, keys=server.keys, local=server.local, body_timeout=server.timeouts.body)
    app.add_middleware(CountRequests, metrics=server.metrics)
    app.add_middleware(_SendToApi, api=api)
    return app


class _SendToApi:
    """ASGI middleware that sends every request that is not for the page to the API."""

    def __init__(self, app: Asgi, api: Asgi) -> None:
        self._page, self._api = app, api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_for_page = scope["type"] == "lifespan" or (scope["type"] == "http" and _is_page(route_path(scope)))
        await (self._page if is_for_page else self._api)(scope, receive, send)


def _is_page(path: str) -> bool:
    return path == "/" or path.startswith("/ui")


def _lifespan(api: FastAPI, context: WebContext) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        async with api.router.lifespan_context(api):
            try:
                yield
            finally:
                await context.retraining.cancel()

    return lifespan


def _home() -> Response:
    return RedirectResponse("/ui/talk", 303)


async def _answer_error(_request: Request, error: Exception) -> Response:
    return error_page(error)
