"""A server under load: how many turns a second, and how long each takes, by how many talk at once."""

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

from turncast.bench.clients import converse
from turncast.bench.contest import Tell
from turncast.bench.made_up import made_up_corpus, random_policy
from turncast.bench.page import circumstances
from turncast.corpus import Corpus
from turncast.errors import ConfigError, MissingExtra
from turncast.policy import Policy

CONVERSATIONS = (1, 16, 256)
PACE = 1_500.0
"""Turns a second."""

HEADING = "## turncast bench serve"
_ACTIONS = 189
_PACKAGES = ("numpy", "fastapi", "uvicorn", "uvloop", "httptools", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Served:
    """What one process of `turncast serve` did while so many conversations went on.

    Attributes:
        conversations: how many at once.
        turns: how many were answered.
        seconds: how long it went on.
        p50_ms: the milliseconds within which half of the turns were answered.
        p99_ms: and 99 of 100.
        pace: the turns a second that were asked for; None where each asked when it had its last answer.
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


def bench_serve(
    policy: Policy | None = None,
    corpus: Corpus | None = None,
    *,
    conversations: Sequence[int] = CONVERSATIONS,
    seconds: float = 10.0,
    pace: float | None = PACE,
    store: str | None = None,
    tell: Tell = print,
) -> list[Served]:
    """Ask a server in a process of its own from many conversations at once.

    Args:
        policy: the model; one with drawn weights of a usual size when not given.
        corpus: what the users say; made up when not given.
        conversations: how many at once, one after the other.
        seconds: how long each.
        pace: turns a second that the most conversations then ask for once more; None for no such run.
        store: the URL of a store; a fresh SQLite file when not given. What is put there is deleted again.
        tell: called with what happens.

    Raises:
        ConfigError: where the server does not start.
        MissingExtra: where its libraries are not installed.
        StoreError: where it refuses a turn.
    """
    if importlib.util.find_spec("fastapi") is None:
        raise MissingExtra("serving", "serve")
    generator = np.random.default_rng(0)
    corpus = corpus or made_up_corpus(_ACTIONS, generator)
    policy = policy or random_policy(corpus, generator)
    turns = [turn for dialogue in corpus for turn in dialogue]
    found = []
    with tempfile.TemporaryDirectory(prefix="turncast-bench-") as place:
        url = store or f"sqlite:///{place}/conversations.db"
        with _serving(policy.save(Path(place) / "model"), url) as port:
            asyncio.run(converse(port, 4, min(1.0, seconds), turns))  # the first answers are slower
            runs = [(number, None) for number in conversations]
            for number, asked in [*runs, *([(max(conversations), pace)] if pace else [])]:
                tell(f"conversations at once: {number}" + (f", {asked:,.0f} turns/s" if asked else ""))
                taken = asyncio.run(converse(port, number, seconds, turns, asked))
                p50, p99 = (float(figure) * 1e3 for figure in np.percentile(taken, [50, 99]))
                found.append(Served(number, len(taken), seconds, p50, p99, asked))
    return found


@contextmanager
def _serving(model: Path, store: str) -> Iterator[int]:
    """Start `turncast serve`, and yield its port when it listens."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    command = [sys.executable, "-m", "turncast", "serve", str(model), "--store", store, "--port", str(port)]
    with (
        tempfile.TemporaryFile("w+") as said,
        subprocess.Popen(command, stdout=said, stderr=said) as process,  # noqa: S603  # our own module
    ):
        try:
            while not _listens(port):
                if process.poll() is not None:
                    said.seek(0)
                    lines = said.read().strip().splitlines() or ["it said nothing"]
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


def served_table(found: Sequence[Served]) -> tuple[list[str], list[list[str]]]:
    """Return the heads of the columns and the rows, as text.

    >>> served_table([Served(16, 2_000, 2.0, 15.25, 80.0)])[1]
    [['16', 'as they can', '1,000', '15.25', '80.0']]
    """
    heads = ["conversations at once", "they ask, turns/s", "answered, turns/s", "p50, ms", "p99, ms"]
    rows = [
        [
            str(one.conversations),
            f"{one.pace:,.0f}" if one.pace else "as they can",
            f"{one.rate:,.0f}",
            f"{one.p50_ms:.2f}",
            f"{one.p99_ms:.1f}",
        ]
        for one in found
    ]
    return heads, rows


def served_markdown(command: str, store: str | None, found: Sequence[Served]) -> str:
    """Return the section of the results page."""
    heads, rows = served_table(found)
    lines = [f"| {' | '.join(row)} |" for row in (heads, *rows)]
    table = "\n".join([lines[0], f"|{'---:|' * len(heads)}", *lines[1:]])
    kind = store.partition(":")[0] if store else "sqlite"
    said = f"{circumstances(_PACKAGES)} Store: {kind}."
    return "\n\n".join([HEADING, f"`{command}`", said, table]) + "\n"


def served_json(found: Sequence[Served]) -> dict[str, Any]:
    """Return all figures."""
    return {
        "circumstances": circumstances(_PACKAGES),
        "served": [asdict(one) | {"turns_per_second": one.rate} for one in found],
    }
