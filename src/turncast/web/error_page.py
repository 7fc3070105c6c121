"""Refusals as people read them."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from turncast.errors import CorpusError, ModelError
from turncast.server.refusals import ProblemDetails, Refusal, refusal_for
from turncast.web.render import page

# What clients of the interface are told is in its terms; people at the page are told in theirs.
_CURES = {
    "no_conversation": "Begin a new one.",
    "no_turn": "Open the conversation anew, and look at its turns.",
    "unknown_action": "Choose one from the list.",
    "no_such_path": "Go on from one of the pages above.",
    "wrong_method": "Go on from one of the pages above.",
    "bad_request": "Go back, and change what you wrote.",
    "no_json": "Use the page's own forms.",
    "turn_id_used": "Open the conversation anew, and send it again.",
    "too_large": "Shorten what you wrote.",
}


def page_refusal_for(error: Exception) -> Refusal:
    """Return the refusal that answers an error; the page shows the whole error of a corpus or a model."""
    if isinstance(error, CorpusError):
        return Refusal(
            ProblemDetails(
                status=422,
                type="corpus",
                message=f"{error.where}: {error.problem}.",
                where="corpus",
                cure=f"{error.cure[:1].upper()}{error.cure[1:]}.",
            )
        )
    if isinstance(error, ModelError):
        return Refusal(
            ProblemDetails(
                status=422,
                type="model",
                message=str(error),
                where="model",
                cure="Restore the model, or train it again.",
            )
        )
    return refusal_for(error)


def cure_of(refusal: Refusal) -> str:
    """Return what a person can do about it."""
    return _CURES.get(refusal.problem.type, refusal.problem.cure)


def problem_page(refusal: Refusal) -> HTMLResponse:
    """Return a page that says what went wrong, and what to do."""
    return page(
        "problem.html",
        refusal.status,
        here="",
        message=refusal.problem.message,
        cure=cure_of(refusal),
    )
