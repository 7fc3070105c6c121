"""Clients of a server: conversations that go on at once, each over a connection of its own."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from turncast.dialogue import Turn
from turncast.errors import StoreError


async def converse(
    port: int, clients: int, seconds: float, turns: Sequence[Turn], pace: float | None = None
) -> list[float]:
    """Hold conversations for so long; return the seconds that each turn took, all clients together.

    Each asks its next turn when it has the answer to the last. With a pace, turns a second of all together,
    it asks when the turn is due, and the time counts from then, also where it is asked late. The
    conversations are deleted afterwards.

    Raises:
        StoreError: where the server refuses a turn.
    """
    taken: list[float] = []
    talks = await asyncio.gather(*(_begun(port) for _ in range(clients)))
    start, apart = time.perf_counter(), 1 / pace if pace else 0.0
    when = _When(start, start + seconds, apart, apart * clients)
    await asyncio.gather(*(talk.go_on(turns, first, when, taken) for first, talk in enumerate(talks)))
    await asyncio.gather(*(talk.end() for talk in talks))
    return taken


@dataclass(frozen=True, slots=True)
class _When:
    """When clients ask: the first turns `apart` from one another, each client's turns `between`."""

    start: float
    until: float
    apart: float
    between: float

    async def due(self, first: int, number: int) -> float:
        """Wait until a client's turn is due; return when it was: now, where no pace is kept."""
        now = time.perf_counter()
        if not self.between:
            return now
        due = self.start + first * self.apart + number * self.between
        await asyncio.sleep(max(due - now, 0))
        return due


async def _begun(port: int) -> _Talk:
    """Open a connection and begin a conversation."""
    name = uuid.uuid4().hex  # a store that others use too must not know it
    talk = _Talk(name, _Line(port, *await asyncio.open_connection("127.0.0.1", port)))
    await talk.line.ask("POST", "/v1/conversations", {"id": name})
    return talk


@dataclass(frozen=True, slots=True)
class _Line:
    """A connection; plain, to take little of the machine that the server is on."""

    port: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        content = json.dumps(body).encode() if body is not None else b""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
        )
        self.writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        status, _, length = answer.split(b" ", 2)[1], *answer.partition(b"content-length: ")[1:]
        told = await self.reader.readexactly(int(length.split()[0])) if length else b""
        if not status.startswith(b"2"):
            raise StoreError(f"the server refused {method} {path} ({status.decode()}): {told.decode()}")


@dataclass(frozen=True, slots=True)
class _Talk:
    """A conversation over a connection of its own."""

    name: str
    line: _Line

    async def go_on(self, turns: Sequence[Turn], first: int, when: _When, taken: list[float]) -> None:
        """Ask turn after turn until the time is over."""
        for number in itertools.count():
            turn = turns[(first + number) % len(turns)]
            body = {"user": turn.user, "facts": dict(turn.facts), "turn_id": str(number)}
            began = await when.due(first, number)
            await self.line.ask("POST", f"/v1/conversations/{self.name}/turns", body)
            ended = time.perf_counter()
            taken.append(ended - began)
            if ended >= when.until:
                break

    async def end(self) -> None:
        """Delete the conversation, and close the connection."""
        await self.line.ask("DELETE", f"/v1/conversations/{self.name}")
        self.line.writer.close()
