"""The time-outs of a server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from anyio.to_thread import run_sync

from turncast.errors import StoreError

STORE_TIMEOUT = "the store takes too long to answer"

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """The time-outs of the API, in seconds; `run_app` has the one of the headers.

    Attributes:
        body: the body of a request must arrive within this time.
        store: a request that waits for the store is refused after this time.
    """

    body: float = 5.0
    store: float = 15.0


async def run_with_timeout(call: Callable[[], _T], seconds: float) -> _T:
    """Run a call that waits for the store in a thread, and return its result.

    Raises:
        StoreError: after the time-out. The thread is left to itself: the call may still succeed later.

    >>> asyncio.run(run_with_timeout(lambda: 3, seconds=1))
    3
    """
    try:
        async with asyncio.timeout(seconds):
            return await run_sync(call, abandon_on_cancel=True)
    except TimeoutError:
        raise StoreError(STORE_TIMEOUT) from None
