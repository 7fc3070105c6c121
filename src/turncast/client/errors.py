"""The errors of a client: a refusal of the server, or no answer from one."""

from __future__ import annotations

from typing import Any

from turncast.errors import TurncastError


class Refused(TurncastError):
    """The server refused a request.

    Attributes:
        status: the HTTP status.
        type: the kind of refusal, as `docs/serving.md` lists them.
        message: what is wrong.
        where: the field, header or part that is wrong.
        cure: what to do.
        retry_after: the seconds after which to try again; None where that would change nothing.

    >>> raise Refused(404, "no_turn", "The conversation has no such turn.", "turn", "Observe one first.")
    Traceback (most recent call last):
    turncast.client.errors.Refused: turn: The conversation has no such turn. Observe one first.
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        where: str,
        cure: str,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{where}: {message} {cure}")
        self.status, self.type, self.message, self.where, self.cure = status, kind, message, where, cure
        self.retry_after = retry_after


class NotFound(Refused, LookupError):
    """There is no such conversation, turn, model or path."""


class NotAllowed(Refused, PermissionError):
    """The request has no valid key, or its origin is not allowed."""


class BadRequest(Refused, ValueError):
    """The request is not valid; a retry would be refused as well."""


class Unavailable(Refused, ConnectionError):
    """The server could not answer, in the first try and in all retries."""


class ServerFailed(Refused, RuntimeError):
    """The server failed; the request is not at fault."""


class Unreachable(TurncastError, ConnectionError):
    """No server answered, in the first try and in all retries."""


class WrongServer(TurncastError, ValueError):
    """The answer does not come from a turncast server."""


def error_from_json(status: int, problem: Any, retry_after: str | None) -> Refused:
    """Return the error for a refusal.

    Args:
        status: the HTTP status.
        problem: the JSON of every refusal: `type`, `message`, `where`, `cure`.
        retry_after: the value of the header Retry-After.

    >>> problem = {"type": "busy", "message": "It keeps changing.", "where": "id", "cure": "Try again."}
    >>> error = error_from_json(409, problem, "1")
    >>> type(error).__name__, error.retry_after
    ('Unavailable', 1.0)
    """
    seconds = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
    return _error_class(status, seconds)(
        status,
        kind=problem["type"],
        message=problem["message"],
        where=problem["where"],
        cure=problem["cure"],
        retry_after=seconds,
    )


def _error_class(status: int, retry_after: float | None) -> type[Refused]:
    if retry_after is not None:
        return Unavailable
    if status == 404:
        return NotFound
    if status in (401, 403):
        return NotAllowed
    return ServerFailed if status >= 500 else BadRequest
