"""A server under load: turns a second and latencies, by the number of simultaneous conversations."""

from __future__ import annotations

import asyncio
import importlib.util
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.results_page import conditions
from benchmarks.speed.contest import Log
from benchmarks.speed.load_clients import converse
from benchmarks.synthetic import random_policy, synthetic_corpus
from turncast.corpus import Corpus
from turncast.errors import ConfigError, MissingExtra
from turncast.policy import Policy

CONVERSATIONS = (1, 16, 256)
PACE = 1_500.0
"""Turns a second."""

HEADING = "## A server under load"
_ACTIONS = 189
_PACKAGES = ("numpy", "fastapi", "uvicorn", "uvloop", "httptools", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class ServerLoad:
    """The speed of one `turncast serve` process with some simultaneous conversations.

    Attributes:
        conversations: how many at the same time.
        turns: the number of answers.
        seconds: the length of the run.
        p50_ms: the median latency, in milliseconds.
        p99_ms: the 99th percentile of the latency.
        pace: the requested turns a second; None where each client waited for its last answer.
    """

    conversations: int
    turns: int
    seconds: float
    p50_ms: float
    p99_ms: float
    pace: float | None = None

    @property
    def rate(self) -> float:
        """Turns a second."""
        return self.turns / self.seconds


def measure_server_load(
    policy: Policy | None = None,
    corpus: Corpus | None = None,
    *,
    conversations: Sequence[int] = CONVERSATIONS,
    seconds: float = 10.0,
    pace: float | None = PACE,
    store: str | None = None,
    log: Log = print,
) -> list[ServerLoad]:
    """Start a server in a process of its own, and send turns of many conversations at the same time.

    Args:
        policy: the model; where None, one of a usual size with random weights.
        corpus: the texts of the users; synthetic where None.
        conversations: the numbers of simultaneous conversations, a run each.
        seconds: the length of each run.
        pace: turns a second of one more run with the most conversations; None leaves that run out.
        store: the URL of a store; a new SQLite file where None. The conversations are deleted afterwards.
        log: called with a line before each run.

    Raises:
        ConfigError: where the server does not start.
        MissingExtra: where its libraries are not installed.
        StoreError: where it refuses a turn.
    """
    if importlib.util.find_spec("fastapi") is None:
        raise MissingExtra("serving", "serve")
    generator = np.random.default_rng(0)
    corpus = corpus or synthetic_corpus(_ACTIONS, generator)
    policy = policy or random_policy(corpus, generator)
    turns = [turn for dialogue in corpus for turn in dialogue]
    loads = []
    with tempfile.TemporaryDirectory(prefix="turncast-bench-") as folder:
        url = store or f"sqlite:///{folder}/conversations.db"
        with _running_server(policy.save(Path(folder) / "model"), url) as port:
            asyncio.run(converse(port, 4, min(1.0, seconds), turns))  # the first answers are slower
            runs = [(number, None) for number in conversations]
            for number, run_pace in [*runs, *([(max(conversations), pace)] if pace else [])]:
                log(f"conversations at once: {number}" + (f", {run_pace:,.0f} turns/s" if run_pace else ""))
                latencies = asyncio.run(converse(port, number, seconds, turns, run_pace))
                p50, p99 = (float(figure) * 1e3 for figure in np.percentile(latencies, [50, 99]))
                loads.append(ServerLoad(number, len(latencies), seconds, p50, p99, run_pace))
    return loads


@contextmanager
def _running_server(model: Path, store: str) -> Iterator[int]:
    """Start `turncast serve`, and yield its port when it listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "turncast", "serve", str(model), "--store", store, "--port", str(port)]
    with (
        tempfile.TemporaryFile("w+") as output,
        subprocess.Popen(command, stdout=output, stderr=output) as process,
    ):
        try:
            while not _listens(port):
                if process.poll() is not None:
                    output.seek(0)
                    lines = output.read().strip().splitlines() or ["it printed no error"]
                    raise ConfigError(f"the server did not start: {lines[-1].removeprefix('turncast: ')}")
                time.sleep(0.1)
            yield port
        finally:
            process.terminate()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 0.2).close()
    except OSError:
        return False
    return True


def server_load_table(loads: Sequence[ServerLoad]) -> tuple[list[str], list[list[str]]]:
    """Return the column heads and the rows, as text.

    >>> server_load_table([ServerLoad(16, 2_000, 2.0, 15.25, 80.0)])[1]
    [['16', 'after each answer', '1,000', '15.25', '80.0']]
    """
    heads = ["conversations at once", "sent, turns/s", "answered, turns/s", "p50, ms", "p99, ms"]
    rows = [
        [
            str(one.conversations),
            f"{one.pace:,.0f}" if one.pace else "after each answer",
            f"{one.rate:,.0f}",
            f"{one.p50_ms:.2f}",
            f"{one.p99_ms:.1f}",
        ]
        for one in loads
    ]
    return heads, rows


def server_load_markdown(command: str, store: str | None, loads: Sequence[ServerLoad]) -> str:
    """Return the section of the results page."""
    heads, rows = server_load_table(loads)
    lines = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
    table = "\n".join([lines[0], f"|{'---:|' * len(heads)}", *lines[1:]])
    kind = store.partition(":")[0] if store else "sqlite"
    return "\n\n".join([HEADING, f"`{command}`", f"{conditions(*_PACKAGES)} Store: {kind}.", table]) + "\n"


def server_load_json(loads: Sequence[ServerLoad]) -> dict[str, Any]:
    """Return all figures."""
    return {
        "conditions": conditions(*_PACKAGES),
        "server": [asdict(one) | {"turns_per_second": one.rate} for one in loads],
    }
