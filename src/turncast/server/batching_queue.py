"""Where requests of conversations are handed in: those that come together are worked on together."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from turncast.errors import StoreError
from turncast.server.problem import Refusal
from turncast.server.timeouts import PATIENCE, TOO_LONG
from turncast.sessions.conversations import Conversations, Outcome
from turncast.sessions.request import ConversationRequest

_MOST_TOGETHER = 256
_MOST_WAITING = 4096
_FULL = (503, "overloaded", "Too many requests are waiting.", "server", "Ask again, more slowly.")


class Desk:
    """Hands requests to one thread. What comes while the thread is at work waits, and is its next batch.

    So a request that comes alone does not wait for others, and many that come at once share the steps and
    the waiting for the disk.

    Args:
        conversations: what answers them.
        note: is told how many were worked on together.
        patience: the seconds after which one who waits is refused.
    """

    def __init__(
        self, conversations: Conversations, note: Callable[[int], None], patience: float = PATIENCE
    ) -> None:
        self._conversations, self._note, self._patience = conversations, note, patience
        self._waiting: deque[tuple[ConversationRequest, asyncio.Future[Outcome]]] = deque()
        self._thread = ThreadPoolExecutor(1, "turncast-conversations")
        self._task: asyncio.Task[None] | None = None

    async def ask(self, request: ConversationRequest) -> str:
        """Return the answer to a request, as JSON.

        Raises:
            TurncastError: where it is refused.
            Refusal: where too many are waiting.
            StoreError: where it takes too long; what is asked is then done later, or not at all.
        """
        if len(self._waiting) >= _MOST_WAITING:
            raise Refusal(*_FULL)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        try:
            async with asyncio.timeout(self._patience):
                outcome = await future
        except TimeoutError:
            raise StoreError(TOO_LONG) from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            next_ones = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]
            batch = [(request, future) for request, future in next_ones if not future.done()]
            self._note(len(batch))
            requests = [request for request, _ in batch]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._conversations.run, requests)
            except Exception as error:  # noqa: BLE001 each who waits is told, and the next are worked on
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():
                    future.set_result(outcome)

    async def close(self) -> None:
        """Finish what was handed in."""
        if self._task is not None:
            await self._task
        self._thread.shutdown()
