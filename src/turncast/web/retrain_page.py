"""Retrain: the corrections, and a model that has learned from them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from turncast.errors import TurncastError
from turncast.server.bodies import Id
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.web.context import Here
from turncast.web.error_page import cure_of, page_refusal_for

router = APIRouter(prefix="/ui/retrain")
_CANNOT = {
    "corpus": "There is no corpus to train on. Start the server with --corpus FILE.",
    "folder": "The model is in memory alone: there is no folder to replace.",
}


@router.get("")
def look(site: Here) -> Response:
    """Show the corrections, and the training that runs or ran last."""
    now, damaged = site.retraining.now, ""
    try:
        saved = list(site.workspace.saved.corpus())
    except TurncastError as error:
        refusal = page_refusal_for(error)
        saved, damaged = [], f"{refusal.problem.message} {cure_of(refusal)}"
    if not site.workspace.corpus:
        cannot = _CANNOT["corpus"]
    else:
        cannot = damaged or ("" if site.folder else _CANNOT["folder"])
    return site.show(
        "retrain.html",
        here="retrain",
        now=now,
        saved=saved,
        damaged=damaged,
        cannot=cannot,
        file=site.workspace.corrections,
        card=site.policy.card,
        refresh=1 if now and now.runs else 0,
    )


@router.post("")
async def start(site: Here) -> Response:
    """Begin a training; where one runs already, it goes on."""
    if site.folder is None or not site.workspace.corpus:
        reason = _CANNOT["folder" if site.workspace.corpus else "corpus"]
        raise Refusal(
            ProblemDetails(status=409, type="cannot_train", message=reason, where="server", cure="")
        )
    await site.retraining.start(site.folder)
    return _back()


@router.post("/cancel")
async def cancel(site: Here) -> Response:
    """End the training that runs; the model stays as it is."""
    await site.retraining.cancel()
    return _back()


@router.post("/corrections/{id}/remove")
async def remove(id: Id, site: Here) -> Response:
    """Take a dialogue out of the corrections."""
    await run_in_threadpool(site.workspace.saved.remove, id)
    return _back()


def _back() -> Response:
    return RedirectResponse("/ui/retrain", 303)
