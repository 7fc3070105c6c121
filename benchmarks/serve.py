"""Ask a server from many conversations at once: `python benchmarks/serve.py [--store URL] [--write]`.

The server is one process of `turnwise serve`; the clients are in another on the same machine. Each has a
connection and a conversation of its own, and asks its next turn when it has the answer to the last. The
policy has random weights of a usual size.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from live_step import made_up, policy_of
from page import circumstances, replace_section

HEADING = "## A server under load"
CONCURRENT = (1, 16, 256)
ACTIONS = 189


async def client(port: int, name: str, users: list[str], until: float, taken: list[float]) -> None:
    """One conversation, turn after turn, over one connection; plain, to take little of the machine."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def post(path: str, body: dict[str, object]) -> bytes:
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        writer.write(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        answer = await reader.readuntil(b"\r\n\r\n")
        status, length = answer.split(b" ", 2)[1], answer.lower().split(b"content-length: ")[1].split()[0]
        told = await reader.readexactly(int(length))
        if not status.startswith(b"2"):
            raise RuntimeError(told.decode())
        return told

    await post("/v1/conversations", {"id": name})
    number = 0
    while (began := time.perf_counter()) < until:
        user = users[number % len(users)]
        body = {"user": user, "facts": {"fact_1": number % 9}, "turn_id": f"{number}"}
        await post(f"/v1/conversations/{name}/turns", body)
        taken.append(time.perf_counter() - began)
        number += 1
    writer.close()


async def load(port: int, clients: int, seconds: float, users: list[str], label: str) -> list[float]:
    """Return how long each turn took, all clients together."""
    taken: list[float] = []
    until = time.perf_counter() + seconds
    jobs = (client(port, f"{label}-{clients}-{n}", users[n % 50 :], until, taken) for n in range(clients))
    await asyncio.gather(*jobs)
    return taken


@contextmanager
def serving(model: Path, store: str):
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "turnwise", "serve", str(model), "--store", store, "--port", str(port)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 0.2).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def measure(store: str, seconds: float) -> str:
    corpus = made_up(ACTIONS, np.random.default_rng(0))
    policy = policy_of(corpus, np.random.default_rng(0))
    users = [turn.user or "" for dialogue in corpus for turn in dialogue]
    rows = ["| conversations at once | turns/s | p50, ms | p99, ms |", "|---:|---:|---:|---:|"]
    with tempfile.TemporaryDirectory() as place:
        url = store or f"sqlite:///{place}/conversations.db"
        with serving(policy.save(Path(place) / "model"), url) as port:
            asyncio.run(load(port, 4, 1.0, users, "warm"))
            for clients in CONCURRENT:
                taken = asyncio.run(load(port, clients, seconds, users, "run"))
                p50, p99 = np.percentile(taken, [50, 99]) * 1e3
                rows.append(f"| {clients} | {len(taken) / seconds:,.0f} | {p50:.2f} | {p99:.1f} |")
    return "\n".join(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", default="", help="a URL; a fresh SQLite file when not given")
    parser.add_argument("--seconds", type=float, default=10.0, help="how long each number of conversations")
    parser.add_argument("--write", action="store_true", help="put the figures on the results page")
    asked = parser.parse_args()
    kind = asked.store.partition(":")[0] or "sqlite"
    found = measure(asked.store, asked.seconds)
    said = f"{circumstances('numpy', 'fastapi', 'uvicorn', 'sqlalchemy')} Store: {kind}."
    section = f"{HEADING}\n\n`python benchmarks/serve.py --write`\n\n{said}\n\n{found}\n"
    if asked.write:
        replace_section(HEADING, section)
    print(section)


if __name__ == "__main__":
    main()
