"""How long a request waits for the store."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from anyio.to_thread import run_sync

from turncast.errors import StoreError

PATIENCE = 15.0
"""Seconds after which one who waits is refused: a store can hang for longer than that."""
TOO_LONG = "the store takes too long to answer"

_T = TypeVar("_T")


async def in_time(do: Callable[[], _T], seconds: float = PATIENCE) -> _T:
    """Return what a call gives that waits for the store; it is made in a thread.

    Raises:
        StoreError: where it takes longer; what is asked is then done later, or not at all.

    >>> asyncio.run(in_time(lambda: 3))
    3
    """
    try:
        async with asyncio.timeout(seconds):
            return await run_sync(do, abandon_on_cancel=True)
    except TimeoutError:
        raise StoreError(TOO_LONG) from None
