"""How the server refuses requests: a JSON object of one shape, without the text of an exception."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.exceptions import HTTPException

from turncast.errors import (
    ConversationBusy,
    CorpusError,
    NoConversation,
    NoModel,
    NoTurn,
    RequestIdReused,
    StoreError,
    UnknownAction,
)

_log = logging.getLogger("turncast.server")
_MAX_LOCATION_PARTS = 8


class ProblemBody(BaseModel):
    """Why a request was refused."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "no_conversation",
                "message": "There is no conversation with this id.",
                "where": "id",
                "cure": "Begin one with POST /v1/conversations.",
            }
        }
    )

    type: str
    message: str
    where: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemDetails:
    """Why a request is refused.

    Attributes:
        status: the HTTP status.
        type: the kind of refusal, as docs/serving.md lists them.
        message: what is wrong.
        where: the field, header or part that is wrong.
        cure: what the client can do.
    """

    status: int
    type: str
    message: str
    where: str
    cure: str


class Refusal(Exception):
    """A request is refused."""

    def __init__(self, problem: ProblemDetails) -> None:
        super().__init__(problem.type)
        self.problem = problem

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self.problem.status

    @property
    def body(self) -> bytes:
        """The problem as JSON, without the status."""
        fields = asdict(self.problem)
        del fields["status"]
        return json.dumps(fields).encode()

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the answer: when to retry, or how to authenticate."""
        if self.problem.type in _RETRY_TYPES:
            return {"Retry-After": "1"}
        return {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}


_RETRY_TYPES = {"busy", "store_unavailable", "overloaded"}
INTERNAL = ProblemDetails(
    status=500,
    type="internal",
    message="The server failed; the request is not at fault.",
    where="server",
    cure="Try again; if it fails again, tell the operator of the server.",
)
_PROBLEMS: dict[type[Exception], ProblemDetails] = {
    NoConversation: ProblemDetails(
        status=404,
        type="no_conversation",
        message="There is no conversation with this id: it never existed, was deleted, or has expired.",
        where="id",
        cure="Begin one with POST /v1/conversations.",
    ),
    NoTurn: ProblemDetails(
        status=404,
        type="no_turn",
        message="The conversation has no such turn.",
        where="turn",
        cure="GET /v1/conversations/{id} lists its turns; they are counted from 1.",
    ),
    NoModel: ProblemDetails(
        status=404,
        type="no_model",
        message="There is no model with this name.",
        where="model",
        cure="GET /v1/model lists the names.",
    ),
    UnknownAction: ProblemDetails(
        status=422,
        type="unknown_action",
        message="The model does not know an action.",
        where="actions",
        cure="Use the actions that GET /v1/model lists.",
    ),
    RequestIdReused: ProblemDetails(
        status=409,
        type="turn_id_used",
        message="This turn_id belongs to a different request.",
        where="turn_id",
        cure="Use a new turn_id for each request; repeat one only with the same request.",
    ),
    ConversationBusy: ProblemDetails(
        status=409,
        type="busy",
        message="Other requests keep changing this conversation; nothing was done.",
        where="id",
        cure="Try again.",
    ),
    StoreError: ProblemDetails(
        status=503,
        type="store_unavailable",
        message="The store of conversations cannot be reached.",
        where="server",
        cure="Try again with the same turn_id: what was already done is not done twice.",
    ),
    CorpusError: ProblemDetails(
        status=422,
        type="bad_messages",
        message="The messages do not lead to a next action.",
        where="messages",
        cure="Remove the messages after the end mark of the conversation.",
    ),
}
_HTTP_PROBLEMS: dict[int, tuple[str, str, str, str]] = {  # status -> type, message, where, cure
    400: ("bad_request", "The body is not JSON.", "body", "Send one JSON object in UTF-8."),
    404: ("no_such_path", "There is nothing at this path.", "path", "GET /openapi.json lists the paths."),
    405: ("wrong_method", "This path does not accept this method.", "path", "See GET /openapi.json."),
}
_OTHER_HTTP_PROBLEM = ("refused", "The request was refused.", "request", "See GET /openapi.json.")
_FIELD_PROBLEMS: Sequence[tuple[str, str, str]] = (  # beginning of pydantic's error type -> message, cure
    ("missing", "A field is missing.", "Add it."),
    ("extra_forbidden", "A field is unknown.", "Remove it, or use a name that GET /openapi.json lists."),
    ("json_", "The body is not JSON.", "Send one JSON object in UTF-8."),
    ("string_too_long", "A text is too long.", "Shorten it; GET /openapi.json states the limit."),
    ("string_unicode", "A text is not valid Unicode.", "Send valid Unicode."),
    (
        "string_pattern",
        "A name has a wrong form.",
        "Use at most 64 letters, digits, - and _; the name of a tool must not be blank.",
    ),
    ("too_long", "A list is too long.", "Shorten it; GET /openapi.json states the limit."),
    ("too_short", "A list is too short.", "Send at least one item."),
    ("less_than", "A number is too large.", "GET /openapi.json states the limit."),
    ("greater_than", "A number is too small.", "GET /openapi.json states the limit."),
    ("finite_number", "A number is not finite.", "Send a finite number."),
)


def refusal_for(error: Exception) -> Refusal:
    """Return the refusal that answers an error; where the server failed, log the error.

    Every way into the server uses this function: the HTTP routes, the fast path, the WebSocket and the guard.

    >>> refusal_for(NoConversation("c1")).problem.type
    'no_conversation'
    """
    if isinstance(error, Refusal):
        return error
    if isinstance(error, RequestValidationError | ValidationError):
        return _refusal_for_fields(error.errors())
    if isinstance(error, HTTPException):
        kind, message, where, cure = _HTTP_PROBLEMS.get(error.status_code, _OTHER_HTTP_PROBLEM)
        status = error.status_code
        return Refusal(ProblemDetails(status=status, type=kind, message=message, where=where, cure=cure))
    problem = next((problem for kind, problem in _PROBLEMS.items() if isinstance(error, kind)), INTERNAL)
    if problem.status >= 500:
        log_failure(error)
    return Refusal(problem)


def refusal_for_bad_json() -> Refusal:
    """Return the refusal of a message that is not JSON."""
    return _refusal_for_fields([{"type": "json_invalid"}])


def log_failure(error: Exception) -> None:
    """Log the type of an error and where it was raised, without its text, which may hold what a user said."""
    frames = traceback.extract_tb(error.__traceback__)
    places = ", ".join(f"{frame.filename}:{frame.lineno}" for frame in frames[-3:])
    _log.error("%s at %s", type(error).__name__, places)


def _refusal_for_fields(errors: Sequence[Any]) -> Refusal:
    """Return the refusal for pydantic's errors; it names the first of them.

    >>> _refusal_for_fields([{"type": "missing", "loc": ("body", "turns", 0, "user")}]).problem.where
    'body.turns.0.user'
    """
    kind = str(errors[0].get("type", ""))
    location = errors[0].get("loc", ())[:_MAX_LOCATION_PARTS]
    where = ".".join(str(part)[:40] for part in location) or "body"
    status, message, cure = 422, "A field has the wrong type.", "Write it as GET /openapi.json says."
    for beginning, field_message, field_cure in _FIELD_PROBLEMS:
        if kind.startswith(beginning):
            status, message, cure = 400 if beginning == "json_" else 422, field_message, field_cure
            break
    return Refusal(ProblemDetails(status=status, type="bad_request", message=message, where=where, cure=cure))
