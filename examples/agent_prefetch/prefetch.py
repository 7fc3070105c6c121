"""An agent that begins the next tool call while its large model still thinks.

Traces of an agent are replayed: at each step the large model "thinks" (a pause), and says what the trace
says. Meanwhile a turncast server is asked what will come; where it is sure of a tool, that tool begins at
once. If the model then calls it, its answer is there sooner; if not, what was begun is dropped. Each trace is
replayed without this and with it, and both are timed.

    python examples/agent_prefetch/prefetch.py
    python examples/agent_prefetch/prefetch.py --data tau_bench/historical_trajectories/gpt-4o-airline.json
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
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import turncast
from turncast.client import AsyncClient, Retries

Messages = Sequence[dict[str, Any]]
OWN = Path(__file__).with_name("traces.jsonl")
RESPOND = "respond"
QUICKLY = turncast.TrainConfig(epochs=30, batch_turns=64, learning_rate=0.01)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds, and how sure the prediction must be."""

    thinking: float
    tool: float
    threshold: float


@dataclass(slots=True)
class Found:
    """What a replay with prefetching came to."""

    steps: int = 0
    calls: int = 0  # of tools, in the trace
    hits: int = 0  # begun, and called
    misses: int = 0  # begun, and not called


def read_traces(path: Path) -> list[Messages]:
    """Read traces: JSON Lines with `messages`, or JSON files of tau-bench with `traj`."""
    files = sorted(path.glob("**/*.json*")) if path.is_dir() else [path]
    traces: list[Messages] = []
    for file in files:
        text = file.read_text(encoding="utf-8")
        records = json.loads(text) if text.lstrip().startswith("[") else map(json.loads, text.splitlines())
        traces += [record.get("traj") or record["messages"] for record in records]
    return traces


def decisions(messages: Messages) -> Iterator[tuple[Messages, str]]:
    """Yield what the agent saw before each of its messages, and the tool it then called, or `respond`."""
    for number, message in enumerate(messages):
        if message["role"] == "assistant" and number:
            calls = message.get("tool_calls") or ()
            yield messages[:number], calls[0]["function"]["name"] if calls else RESPOND


async def replay(messages: Messages, pace: Pace, client: AsyncClient | None, found: Found) -> None:
    """Replay a trace; with a client, begin the tools that it predicts."""
    for before, action in decisions(messages):
        thinking = asyncio.create_task(asyncio.sleep(pace.thinking))
        begun, tool = "", None
        if client is not None:
            told = await client.next_action(before, top=1)
            if told.actions != (RESPOND,) and told.probability >= pace.threshold:
                begun, tool = told.actions[0], asyncio.create_task(asyncio.sleep(pace.tool))
        await thinking
        found.steps += 1
        found.calls += action != RESPOND
        found.hits += begun == action
        found.misses += bool(begun) and begun != action
        if tool is not None and begun != action:
            tool.cancel()
        if action != RESPOND:
            await (tool if tool is not None and begun == action else asyncio.sleep(pace.tool))


async def measure(traces: Sequence[Messages], address: str, pace: Pace) -> dict[str, float]:
    """Replay all traces without prefetching, and with it."""
    seconds, found = [], Found()
    async with AsyncClient(address, timeout=5, retries=Retries(times=1)) as client:
        for asked, counts in ((None, Found()), (client, found)):
            began = time.perf_counter()
            for messages in traces:
                await replay(messages, pace, asked, counts)
            seconds.append(time.perf_counter() - began)
    return {
        "traces": len(traces),
        "steps": found.steps,
        "calls": found.calls,
        "hits": found.hits,
        "misses": found.misses,
        "seconds_without": round(seconds[0], 3),
        "seconds_with": round(seconds[1], 3),
        "seconds_saved": round(seconds[0] - seconds[1], 3),
    }


@contextmanager
def served(traces: Sequence[Messages]) -> Iterator[str]:
    """Train on traces, serve the model on this machine, and yield the address."""
    with tempfile.TemporaryDirectory() as place:
        file, model = Path(place) / "traces.jsonl", Path(place) / "model"
        file.write_text("".join(json.dumps({"messages": list(one)}) + "\n" for one in traces))
        turncast.train(turncast.read(file).load(), config=QUICKLY).save(model)
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        command = [sys.executable, "-m", "turncast", "serve", str(model), "--store", "memory:"]
        with subprocess.Popen([*command, "--port", str(port)], stderr=subprocess.DEVNULL) as process:
            try:
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


async def until_ready(address: str) -> None:
    """Wait until the server answers."""
    async with AsyncClient(address, retries=Retries(times=60, first=0.1, longest=0.5)) as client:
        await client.ready()


def main(arguments: Sequence[str] | None = None) -> None:
    """Learn from the first half of the traces, replay the second."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=OWN, help="a file or folder of traces")
    parser.add_argument("--most", type=int, default=20, help="how many traces are replayed")
    parser.add_argument("--thinking", type=float, default=0.2, help="seconds the large model takes")
    parser.add_argument("--tool", type=float, default=0.2, help="seconds a tool takes")
    parser.add_argument("--threshold", type=float, default=0.5, help="how sure the prediction must be")
    asked = parser.parse_args(arguments)
    traces = read_traces(asked.data)
    half = len(traces) // 2
    with served(traces[:half]) as address:
        asyncio.run(until_ready(address))
        pace = Pace(asked.thinking, asked.tool, asked.threshold)
        found = asyncio.run(measure(traces[half : half + asked.most], address, pace))
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
