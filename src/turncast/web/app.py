"""The page, put together."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from turncast.errors import TurncastError
from turncast.server.guard import log_failure
from turncast.server.problem import Refusal, refusal_of_fields, refusal_of_status
from turncast.web import corpus_page, evaluation_page, retrain_page, sign_in, talk_page
from turncast.web.context import Site
from turncast.web.error_page import problem_of, problem_page
from turncast.web.guard import PageGuard

_STATIC = Path(__file__).parent / "static"


def create_page(site: Site, local: bool) -> FastAPI:
    """Return the page as an ASGI application, for `/` and all paths under `/ui`.

    Args:
        site: its parts.
        local: whether only requests to this machine's own names are let in.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.site = site
    app.add_api_route("/", _home, methods=["GET"])
    app.add_api_route("/ui", _home, methods=["GET"])
    for part in (sign_in, talk_page, corpus_page, evaluation_page, retrain_page):
        app.include_router(part.router)
    app.mount("/ui/static", StaticFiles(directory=_STATIC))
    for kind in (Refusal, TurncastError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _answer)
    app.add_middleware(PageGuard, keys=site.keys, local=local)
    return app


def _home() -> Response:
    return RedirectResponse("/ui/talk", 303)


async def _answer(_request: Request, error: Exception) -> Response:
    """Answer an error with a page."""
    if isinstance(error, Refusal):
        refusal = error
    elif isinstance(error, TurncastError):
        refusal = problem_of(error)
        if refusal.status >= 500:
            log_failure(error)
    elif isinstance(error, RequestValidationError):
        refusal = refusal_of_fields(error.errors())
    else:
        refusal = refusal_of_status(error.status_code if isinstance(error, HTTPException) else 500)
    return problem_page(refusal)
