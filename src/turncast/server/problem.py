"""The one shape of every error, and what each refusal becomes. Clients see no text of an exception."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict

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


class Problem(BaseModel):
    """Why a request was refused."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "no_conversation",
                "message": "There is no conversation of this id.",
                "where": "id",
                "cure": "Begin one with POST /v1/conversations.",
            }
        }
    )

    type: str
    message: str
    where: str
    cure: str


class Refusal(Exception):
    """A request that is refused: a status and a problem."""

    def __init__(self, status: int, kind: str, message: str, where: str, cure: str) -> None:
        super().__init__(kind)
        self.status = status
        self.problem = {"type": kind, "message": message, "where": where, "cure": cure}

    @property
    def body(self) -> bytes:
        """The problem as JSON."""
        return json.dumps(self.problem).encode()

    @property
    def headers(self) -> dict[str, str]:
        """What goes with it: when to ask again, and how to say who one is."""
        if self.status in (409, 503) and self.problem["type"] in _AGAIN:
            return {"Retry-After": "1"}
        return {"WWW-Authenticate": "Bearer"} if self.status == 401 else {}


_AGAIN = {"busy", "store_unavailable", "overloaded"}
_ACTIONS = "Name actions that GET /v1/model lists."
_REFUSALS: dict[type[Exception], tuple[int, str, str, str, str]] = {
    NoConversation: (
        404,
        "no_conversation",
        "There is no conversation of this id: it never was, was deleted, or has expired.",
        "id",
        "Begin one with POST /v1/conversations.",
    ),
    NoTurn: (
        404,
        "no_turn",
        "The conversation has no such turn.",
        "turn",
        "Look at its turns with GET /v1/conversations/{id}; they are counted from 1.",
    ),
    NoModel: (404, "no_model", "There is no model of this name.", "model", "GET /v1/model lists the names."),
    UnknownAction: (422, "unknown_action", "The model does not know an action.", "actions", _ACTIONS),
    RequestIdReused: (
        409,
        "turn_id_used",
        "This turn_id was given to a request that asked something else.",
        "turn_id",
        "Give each request a turn_id of its own, and repeat it only with the same request.",
    ),
    ConversationBusy: (
        409,
        "busy",
        "Others change this conversation all the time; nothing was done.",
        "id",
        "Ask again.",
    ),
    StoreError: (
        503,
        "store_unavailable",
        "The conversations cannot be reached at the moment.",
        "server",
        "Ask again, with the same turn_id: what was done is not done twice.",
    ),
    CorpusError: (
        422,
        "bad_messages",
        "The messages do not lead to a next action.",
        "messages",
        "Leave out what comes after the conversation's end mark.",
    ),
}
INTERNAL = (
    500,
    "internal",
    "The server failed; the fault is not in the request.",
    "server",
    "Ask again; if it fails again, tell those who run the server.",
)
_HTTP: dict[int, tuple[str, str, str, str]] = {
    400: ("bad_request", "The body is no JSON.", "body", "Send one JSON object, in UTF-8."),
    404: ("no_such_path", "There is nothing at this path.", "path", "GET /openapi.json lists the paths."),
    405: ("wrong_method", "This path does not take this method.", "path", "See GET /openapi.json."),
}
_REFUSED = ("refused", "The request was refused.", "request", "See GET /openapi.json.")
# pydantic's kinds of error, by the beginning of their name: what is wrong, and the cure.
_WRONG: Sequence[tuple[str, str, str]] = (
    ("missing", "A field is missing.", "Give it."),
    ("extra_forbidden", "A field is unknown.", "Leave it out, or write it as GET /openapi.json says."),
    ("json_", "The body is no JSON.", "Send one JSON object, in UTF-8."),
    ("string_too_long", "A text is too long.", "Shorten it; GET /openapi.json says how long it may be."),
    ("string_unicode", "A text is not whole Unicode.", "Send whole characters."),
    (
        "string_pattern",
        "A name has a wrong form.",
        "Use letters, digits, - and _, 64 at most; for a tool, not blanks alone.",
    ),
    ("too_long", "A list is too long.", "Shorten it; GET /openapi.json says how long it may be."),
    ("too_short", "A list is too short.", "Give at least one."),
    ("less_than", "A number is too large.", "GET /openapi.json says how large it may be."),
    ("greater_than", "A number is too small.", "GET /openapi.json says how small it may be."),
    ("finite_number", "A number is not finite.", "Give a finite number."),
)
_DEEPEST = 8


def refusal_of(error: Exception) -> Refusal:
    """Return what a client is told of an error."""
    for kind, told in _REFUSALS.items():
        if isinstance(error, kind):
            return Refusal(*told)
    return Refusal(*INTERNAL)


def refusal_of_status(status: int) -> Refusal:
    """Return what a client is told where no path fits."""
    return Refusal(status, *_HTTP.get(status, _REFUSED))


def refusal_of_fields(errors: Sequence[Any]) -> Refusal:
    """Return what a client is told of fields that are not as they must be: of the first.

    >>> refusal_of_fields([{"type": "missing", "loc": ("body", "turns", 0, "user")}]).problem["where"]
    'body.turns.0.user'
    """
    first = errors[0]
    kind = str(first.get("type", ""))
    where = ".".join(str(part)[:40] for part in first.get("loc", ())[:_DEEPEST])
    for beginning, message, cure in _WRONG:
        if kind.startswith(beginning):
            status = 400 if beginning == "json_" else 422
            return Refusal(status, "bad_request", message, where or "body", cure)
    message = "A field is of the wrong kind."
    return Refusal(422, "bad_request", message, where or "body", "Write it as GET /openapi.json says.")
