"""Clients of a server: conversations that run at the same time, each over its own connection."""

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
    """Hold conversations for some seconds; return the seconds of each answer, of all clients together.

    Each client sends its next turn when it has the answer to the last one. With a pace (turns a second of all
    clients together) it sends a turn when the turn is due, and its time counts from then, even where it was
    sent late. The conversations are deleted afterwards.

    Raises:
        StoreError: where the server refuses a turn.
    """
    latencies: list[float] = []
    conversations = await asyncio.gather(*(_start_conversation(port) for _ in range(clients)))
    start, gap = time.perf_counter(), 1 / pace if pace else 0.0
    schedule = _Schedule(start, start + seconds, gap, gap * clients)
    await asyncio.gather(
        *(one.run(turns, number, schedule, latencies) for number, one in enumerate(conversations))
    )
    await asyncio.gather(*(one.delete() for one in conversations))
    return latencies


@dataclass(frozen=True, slots=True)
class _Schedule:
    """When clients send turns: `client_gap` seconds between clients, `turn_gap` between a client's turns."""

    start: float
    end: float
    client_gap: float
    turn_gap: float

    async def wait_until_due(self, client: int, turn: int) -> float:
        """Wait until the client's turn is due; return that time, or now where there is no pace."""
        now = time.perf_counter()
        if not self.turn_gap:
            return now
        due = self.start + client * self.client_gap + turn * self.turn_gap
        await asyncio.sleep(max(due - now, 0))
        return due


async def _start_conversation(port: int) -> _Conversation:
    """Open a connection and create a conversation."""
    name = uuid.uuid4().hex  # unique, also in a store that others use
    connection = _Connection(port, *await asyncio.open_connection("127.0.0.1", port))
    await connection.request("POST", "/v1/conversations", {"id": name})
    return _Conversation(name, connection)


@dataclass(frozen=True, slots=True)
class _Connection:
    """A minimal HTTP connection: the server is on the same machine and should have most of it."""

    port: int
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def request(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        content = json.dumps(body).encode() if body is not None else b""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
        )
        self.writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        status, _, length = answer.split(b" ", 2)[1], *answer.partition(b"content-length: ")[1:]
        message = await self.reader.readexactly(int(length.split()[0])) if length else b""
        if not status.startswith(b"2"):
            raise StoreError(f"the server refused {method} {path} ({status.decode()}): {message.decode()}")


@dataclass(frozen=True, slots=True)
class _Conversation:
    """A conversation over its own connection."""

    name: str
    connection: _Connection

    async def run(
        self, turns: Sequence[Turn], client: int, schedule: _Schedule, latencies: list[float]
    ) -> None:
        """Send turn after turn until the time is over."""
        for number in itertools.count():
            turn = turns[(client + number) % len(turns)]
            body = {"user": turn.user, "facts": dict(turn.facts), "turn_id": str(number)}
            started = await schedule.wait_until_due(client, number)
            await self.connection.request("POST", f"/v1/conversations/{self.name}/turns", body)
            ended = time.perf_counter()
            latencies.append(ended - started)
            if ended >= schedule.end:
                break

    async def delete(self) -> None:
        """Delete the conversation, and close the connection."""
        await self.connection.request("DELETE", f"/v1/conversations/{self.name}")
        self.connection.writer.close()
