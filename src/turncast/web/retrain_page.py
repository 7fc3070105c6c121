"""The retrain page: the corrections, and a model that is trained with them."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from turncast.errors import TurncastError
from turncast.server.bodies import Id
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.web.context import Context, WebContext
from turncast.web.error_page import error_text

router = APIRouter(prefix="/ui/retrain")


@router.get("")
def show_retraining(context: Context) -> Response:
    """Show the corrections, and the training that is running or was the last."""
    status, damaged = context.retraining.status, ""
    try:
        saved = list(context.workspace.corrections.corpus())
    except TurncastError as error:
        saved, damaged = [], error_text(error)
    return context.show(
        "retrain.html",
        current="retrain",
        status=status,
        saved=saved,
        damaged=damaged,
        obstacle=_obstacle(context) or damaged,
        file=context.workspace.corrections_file,
        card=context.policy.card,
        refresh=1 if status and status.is_running else 0,
    )


@router.post("")
async def start(context: Context) -> Response:
    """Start a training; where one is running, do nothing."""
    folder, obstacle = context.folder, _obstacle(context)
    if folder is None or obstacle:
        problem = ProblemDetails(status=409, type="cannot_train", message=obstacle, where="server", cure="")
        raise Refusal(problem)
    await context.retraining.start(folder)
    return _redirect()


@router.post("/cancel")
async def cancel(context: Context) -> Response:
    """Cancel the running training; the model stays as it is."""
    await context.retraining.cancel()
    return _redirect()


@router.post("/corrections/{id}/remove")
async def remove(id: Id, context: Context) -> Response:
    """Remove a dialogue from the corrections."""
    await run_in_threadpool(context.workspace.corrections.remove, id)
    return _redirect()


def _obstacle(context: WebContext) -> str:
    """Return why the model cannot be retrained here; empty where it can."""
    if not context.workspace.corpus:
        return "There is no corpus to train on. Start the server with --corpus FILE."
    return "" if context.folder else "The model was not loaded from a folder that could be replaced."


def _redirect() -> Response:
    return RedirectResponse("/ui/retrain", 303)
