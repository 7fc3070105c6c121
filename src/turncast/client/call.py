"""A request as a value: what is asked, and how the answer is read. Nothing is sent here."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from turncast.client.errors import NoServer, Refused, Unreachable, refused

T = TypeVar("T")
_BETWEEN = (502, 503, 504)  # what a proxy says while the server behind it is away


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """What is asked of a server.

    Attributes:
        method: of HTTP.
        path: below the server's address.
        read: makes a value of the answer's JSON.
        body: what is sent, as JSON; None for nothing.
        absent: what is answered where there is no such thing (status 404); None refuses.
    """

    method: str
    path: str
    read: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    absent: T | None = None

    def answer(self, status: int, content: bytes, retry_after: str | None = None) -> T:
        """Return what an answer says.

        Args:
            status: the HTTP status.
            content: the body.
            retry_after: the header of this name.

        Raises:
            Refused: where the server refuses.
            Unreachable: where a proxy says that the server is away.
            NoServer: where the answer is none of turncast's.

        >>> Call("GET", "/healthz", read=lambda told: told["status"]).answer(200, b'{"status": "ok"}')
        'ok'
        """
        if status == 404 and self.absent is not None:
            return self.absent
        try:
            told = json.loads(content) if content else None
            read = self.read(told) if 200 <= status < 300 else refused(status, told, retry_after)
        except (ValueError, LookupError, TypeError):
            what = f"{self.method} {self.path}: what answered (status {status}) is no server of turncast"
            if status in _BETWEEN:
                raise Unreachable(f"{what}; it may be on its way back") from None
            raise NoServer(f"{what}; check the address, and what stands between") from None
        if isinstance(read, Refused):
            raise read
        return read
