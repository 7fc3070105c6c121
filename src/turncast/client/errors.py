"""Why a request came to nothing: what the server says in its one shape, and where none was reached."""

from __future__ import annotations

from typing import Any

from turncast.errors import TurncastError


class Refused(TurncastError):
    """The server refused a request.

    Attributes:
        status: the HTTP status.
        type: which refusal it is, as `docs/serving.md` lists them.
        message: what is wrong.
        where: the field, header or part that it is about.
        cure: what to do.
        retry_after: the seconds after which to ask again; None where that would change nothing.

    >>> raise Refused(404, "no_turn", "The conversation has no such turn.", "turn", "Look at its turns.")
    Traceback (most recent call last):
    turncast.client.errors.Refused: turn: The conversation has no such turn. Look at its turns.
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


class NotThere(Refused, LookupError):
    """There is no such conversation, turn, model or path."""


class NotAllowed(Refused, PermissionError):
    """The request shows no key that fits, or comes from where none may come."""


class BadRequest(Refused, ValueError):
    """The request is not as it must be; it will be refused again."""


class Unavailable(Refused, ConnectionError):
    """The server cannot answer now; it was asked again until patience was at its end."""


class ServerFailed(Refused, RuntimeError):
    """The server failed; the fault is not in the request."""


class Unreachable(TurncastError, ConnectionError):
    """No server answered; it was asked again until patience was at its end."""


class NoServer(TurncastError, ValueError):
    """What answered is no server of turncast."""


def refused(status: int, problem: Any, retry_after: str | None) -> Refused:
    """Return what a refusal becomes.

    Args:
        status: the HTTP status.
        problem: the one shape of every error: `type`, `message`, `where`, `cure`.
        retry_after: the header of this name.

    >>> problem = {"type": "busy", "message": "Others change it.", "where": "id", "cure": "Ask again."}
    >>> error = refused(409, problem, "1")
    >>> type(error).__name__, error.retry_after
    ('Unavailable', 1.0)
    """
    seconds = float(retry_after) if retry_after is not None and retry_after.isdecimal() else None
    told = problem["type"], problem["message"], problem["where"], problem["cure"]
    return _kind(status, seconds)(status, *told, seconds)


def _kind(status: int, retry_after: float | None) -> type[Refused]:
    if retry_after is not None:
        return Unavailable
    if status == 404:
        return NotThere
    if status in (401, 403):
        return NotAllowed
    return ServerFailed if status >= 500 else BadRequest
