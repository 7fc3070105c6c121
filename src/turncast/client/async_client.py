"""The client whose answers are awaited."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from turncast.client import operations
from turncast.client.base_client import BaseClient, as_method
from turncast.client.http_call import HttpCall
from turncast.errors import TurncastError

P = ParamSpec("P")
T = TypeVar("T")


def _method(
    operation: Callable[P, HttpCall[T]],
) -> Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]:
    def method(client: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, T]:
        return client.send(operation(*args, **kwargs))

    return as_method(method, operation)


class AsyncClient(BaseClient[httpx.AsyncClient]):
    """A client of a server with the methods of `Client`, whose answers are awaited; tasks may share one.

    >>> url = getfixture("server")  # as "http://127.0.0.1:8000"
    >>> async def observe():
    ...     async with AsyncClient(url) as client:
    ...         id = (await client.begin()).id
    ...         return await client.observe(id, "a table for two", {"open": True})
    >>> asyncio.run(observe()).turn
    1
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

    async def send(self, call: HttpCall[T]) -> T:
        """Send a call, retry it where that may help, and return the result.

        Raises:
            Refused: where the server refuses.
            Unreachable: where no server answers.
            WrongServer: where the answer does not come from a turncast server.
        """
        tries = 0
        while True:
            try:
                response = await self._http.request(call.method, call.path, json=call.body)
                retry_after = response.headers.get("retry-after")
                return call.read_answer(response.status_code, response.content, retry_after)
            except (TurncastError, httpx.TransportError) as error:
                tries += 1
                pause = self._pause(error, tries)
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

    def _connect(self, **settings: Any) -> httpx.AsyncClient:
        return httpx.AsyncClient(**settings)
