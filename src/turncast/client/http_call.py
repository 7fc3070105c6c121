"""A call of the API as a value: the request, and how to read the answer. This module sends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from turncast.client.errors import Refused, Unreachable, WrongServer, error_from_json

T = TypeVar("T")
_PROXY_STATUSES = (502, 503, 504)  # what a proxy answers while the server behind it is away


@dataclass(frozen=True, slots=True)
class HttpCall(Generic[T]):
    """A request to the server, and how to read its answer.

    Attributes:
        method: the HTTP method.
        path: the path below the server's address.
        parse: makes the result from the JSON of the answer.
        body: the JSON to send; None for no body.
        not_found: the result for status 404; None raises an error instead.
    """

    method: str
    path: str
    parse: Callable[[Any], T]
    body: Mapping[str, Any] | None = None
    not_found: T | None = None

    def read_answer(self, status: int, content: bytes, retry_after: str | None = None) -> T:
        """Return the result of an answer.

        Args:
            status: the HTTP status.
            content: the body.
            retry_after: the value of the header Retry-After.

        Raises:
            Refused: where the server refuses.
            Unreachable: where a proxy says that the server is away.
            WrongServer: where the answer does not come from a turncast server.

        >>> call = HttpCall("GET", "/healthz", parse=lambda record: record["status"])
        >>> call.read_answer(200, b'{"status": "ok"}')
        'ok'
        """
        if status == 404 and self.not_found is not None:
            return self.not_found
        try:
            record = json.loads(content) if content else None
            if 200 <= status < 300:
                return self.parse(record)
            error: Refused | Unreachable | WrongServer = error_from_json(status, record, retry_after)
        except (ValueError, LookupError, TypeError):
            what = f"{self.method} {self.path}: the answer (status {status}) is not of a turncast server"
            if status in _PROXY_STATUSES:
                error = Unreachable(f"{what}; the server may be starting")
            else:
                error = WrongServer(f"{what}; check the address, and any proxy")
        raise error
