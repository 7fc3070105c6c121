"""The page that shows an error, in words for people instead of API terms."""

from __future__ import annotations

from fastapi.responses import HTMLResponse

from turncast.errors import CorpusError, ModelError
from turncast.server.refusals import ProblemDetails, Refusal, refusal_for
from turncast.web.render import page_response

# The cures of the API name its paths and headers; these are for people at the page.
_CURES = {
    "no_conversation": "Begin a new one.",
    "no_turn": "Reload the conversation, and look at its turns.",
    "unknown_action": "Choose one from the list.",
    "no_such_path": "Use one of the pages above.",
    "wrong_method": "Use one of the pages above.",
    "bad_request": "Go back, and change what you wrote.",
    "no_json": "Use the forms of this page.",
    "turn_id_used": "Reload the conversation, and send it again.",
    "too_large": "Shorten what you wrote.",
}


def error_page(error: Exception) -> HTMLResponse:
    """Return the page for an error."""
    refusal = page_refusal_for(error)
    problem = refusal.problem
    values = {"message": problem.message, "cure": _cure(problem)}
    return page_response("problem.html", refusal.status, current="", **values)


def error_text(error: Exception) -> str:
    """Return the message and the cure for an error, to show beside a form."""
    problem = page_refusal_for(error).problem
    return f"{problem.message} {_cure(problem)}"


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


def _cure(problem: ProblemDetails) -> str:
    return _CURES.get(problem.type, problem.cure)
