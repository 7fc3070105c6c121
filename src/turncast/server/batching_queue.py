"""A queue that runs the waiting requests to conversations in batches."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from turncast.errors import StoreError
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.server.timeouts import STORE_TIMEOUT
from turncast.sessions.conversations import Conversations, Outcome
from turncast.sessions.request import ConversationRequest

_MAX_BATCH = 256
_MAX_WAITING = 4096
_OVERLOADED = ProblemDetails(
    status=503,
    type="overloaded",
    message="Too many requests are waiting.",
    where="server",
    cure="Try again, and send fewer requests.",
)


class BatchingQueue:
    """Runs requests in one thread. The requests that arrive while it works are its next batch.

    A request that comes alone does not wait for others; requests that come together share one batched step
    and one write to the disk.

    Args:
        conversations: runs a batch of requests.
        on_batch: called with the size of each batch.
        timeout: a request that waits longer, in seconds, is refused.
    """

    def __init__(self, conversations: Conversations, on_batch: Callable[[int], None], timeout: float) -> None:
        self._conversations, self._on_batch, self._timeout = conversations, on_batch, timeout
        self._waiting: deque[tuple[ConversationRequest, asyncio.Future[Outcome]]] = deque()
        self._thread = ThreadPoolExecutor(1, "turncast-conversations")
        self._task: asyncio.Task[None] | None = None

    async def ask(self, request: ConversationRequest) -> str:
        """Return the answer to a request, as JSON.

        Raises:
            TurncastError: where the request is refused.
            Refusal: where too many requests are waiting.
            StoreError: after the time-out. The request may still be run later.
        """
        if len(self._waiting) >= _MAX_WAITING:
            raise Refusal(_OVERLOADED)
        future: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._waiting.append((request, future))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work())
        try:
            async with asyncio.timeout(self._timeout):
                outcome = await future
        except TimeoutError:
            raise StoreError(STORE_TIMEOUT) from None
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _work(self) -> None:
        """Run batches until no request waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            size = min(len(self._waiting), _MAX_BATCH)
            taken = [self._waiting.popleft() for _ in range(size)]
            batch = [(request, future) for request, future in taken if not future.done()]
            self._on_batch(len(batch))
            requests = [request for request, _ in batch]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._conversations.run, requests)
            except Exception as error:  # noqa: BLE001 it goes to each request of the batch; the next batch runs
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), outcome in zip(batch, outcomes, strict=True):
                if not future.done():  # it is, where the request was refused after the time-out
                    future.set_result(outcome)

    async def close(self) -> None:
        """Run the waiting requests, then stop the thread."""
        if self._task is not None:
            await self._task
        self._thread.shutdown()
