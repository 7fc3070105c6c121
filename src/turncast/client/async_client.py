"""The client whose answers are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from turncast.client import calls
from turncast.client.base_client import Asking, as_method
from turncast.client.call import Call
from turncast.errors import TurncastError

P = ParamSpec("P")
T = TypeVar("T")


def _sends(call: Callable[P, Call[T]]) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    def method(client: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        return client.send(call(*args, **kwargs))

    return as_method(method, call)


class AsyncClient(Asking[httpx.AsyncClient]):
    """Asks a server as `Client` does, with answers that are awaited.

    >>> url = getfixture("server")  # as "http://127.0.0.1:8000"
    >>> async def ask():
    ...     async with AsyncClient(url) as client:
    ...         talk = (await client.begin()).id
    ...         return await client.observe(talk, "a table for two", {"open": True})
    >>> asyncio.run(ask()).turn
    1
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

    async def send(self, call: Call[T]) -> T:
        """Send a call, again where that may help, and return what is answered.

        Raises:
            Refused: where the server refuses.
            Unreachable: where none answers.
            NoServer: where something else answers.
        """
        tried = 0
        while True:
            try:
                told = await self._http.request(call.method, call.path, json=call.body)
                return call.answer(told.status_code, told.content, told.headers.get("retry-after"))
            except (TurncastError, httpx.TransportError) as error:
                tried += 1
                pause = self._pause(error, tried)
            await asyncio.sleep(pause)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _opened(self, **settings: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(**settings)
