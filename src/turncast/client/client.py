"""The client that waits for its answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from turncast.client import operations
from turncast.client.base_client import BaseClient, as_method
from turncast.client.http_call import HttpCall
from turncast.errors import TurncastError

P = ParamSpec("P")
T = TypeVar("T")


def _method(operation: Callable[P, HttpCall[T]]) -> Callable[Concatenate[Client, P], T]:
    def method(client: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.send(operation(*args, **kwargs))

    return as_method(method, operation)


class Client(BaseClient[httpx.Client]):
    """A client of a server that waits for its answers; threads may share one.

    A request is retried, with pauses, where the server cannot answer now: it is away, its store is away, or
    other requests keep changing the same conversation. No turn counts twice. Close the client, or use it as a
    context manager.

    >>> url = getfixture("server")  # as "http://127.0.0.1:8000"
    >>> with Client(url) as client:
    ...     id = client.begin("ada-1").id
    ...     observed = client.observe(id, "a table for two", {"open": True})
    >>> observed.turn, len(observed.ranked), observed.committed == observed.actions
    (1, 3, True)
    """

    begin = _method(operations.begin)
    observe = _method(operations.observe)
    commit = _method(operations.commit)
    override = _method(operations.override)
    undo = _method(operations.undo)
    get = _method(operations.get)
    delete = _method(operations.delete)
    predict = _method(operations.predict)
    next_action = _method(operations.next_action)
    model = _method(operations.model)
    ready = _method(operations.ready)

    def send(self, call: HttpCall[T]) -> T:
        """Send a call, retry it where that may help, and return the result.

        Raises:
            Refused: where the server refuses.
            Unreachable: where no server answers.
            WrongServer: where the answer does not come from a turncast server.
        """
        tries = 0
        while True:
            try:
                response = self._http.request(call.method, call.path, json=call.body)
                retry_after = response.headers.get("retry-after")
                return call.read_answer(response.status_code, response.content, retry_after)
            except (TurncastError, httpx.TransportError) as error:
                tries += 1
                pause = self._pause(error, tries)
            time.sleep(pause)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _connect(self, **settings: Any) -> httpx.Client:
        return httpx.Client(**settings)
