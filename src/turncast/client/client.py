"""The client that waits for its answers."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from turncast.client import calls
from turncast.client.base_client import Asking, as_method
from turncast.client.call import Call
from turncast.errors import TurncastError

P = ParamSpec("P")
T = TypeVar("T")


def _sends(call: Callable[P, Call[T]]) -> Callable[Concatenate[Client, P], T]:
    def method(client: Client, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return client.send(call(*args, **kwargs))

    return as_method(method, call)


class Client(Asking[httpx.Client]):
    """Asks a server, and waits for its answers; threads may share one.

    What cannot be answered now (the server is away, its store is, others change the same conversation) is
    asked again, with pauses; no turn is done twice. Close it, or use it as a context.

    >>> url = getfixture("server")  # as "http://127.0.0.1:8000"
    >>> with Client(url) as client:
    ...     talk = client.begin("ada-1").id
    ...     told = client.observe(talk, "a table for two", {"open": True})
    >>> told.turn, len(told.ranked), told.committed == told.actions
    (1, 3, True)
    """

    begin = _sends(calls.begin)
    observe = _sends(calls.observe)
    commit = _sends(calls.commit)
    override = _sends(calls.override)
    undo = _sends(calls.undo)
    get = _sends(calls.get)
    delete = _sends(calls.delete)
    predict = _sends(calls.predict)
    next_action = _sends(calls.next_action)
    model = _sends(calls.model)
    ready = _sends(calls.ready)

    def send(self, call: Call[T]) -> T:
        """Send a call, again where that may help, and return what is answered.

        Raises:
            Refused: where the server refuses.
            Unreachable: where none answers.
            NoServer: where something else answers.
        """
        tried = 0
        while True:
            try:
                told = self._http.request(call.method, call.path, json=call.body)
                return call.answer(told.status_code, told.content, told.headers.get("retry-after"))
            except (TurncastError, httpx.TransportError) as error:
                tried += 1
                pause = self._pause(error, tried)
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

    def _opened(self, **settings: Any) -> httpx.Client:
        return httpx.Client(**settings)
