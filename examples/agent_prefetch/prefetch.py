"""An agent that starts the next tool call while its large model still thinks.

The example replays traces of an agent. At each step the large model "thinks" (a pause) and then acts as
in the trace. Meanwhile the agent asks a turncast server for the next action. Where the server is sure of
a tool, the tool starts at once. If the model then calls it, its result is there sooner; if not, the call
is cancelled. Each trace is replayed without and with this prefetching, and both replays are timed.

    python examples/agent_prefetch/prefetch.py
    python examples/agent_prefetch/prefetch.py --data tau_bench/historical_trajectories/gpt-4o-airline.json
    python examples/agent_prefetch/prefetch.py --data results_of_tau2_bench.json
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
from turncast.errors import CorpusError

Messages = Sequence[dict[str, Any]]
TRACES = Path(__file__).with_name("traces.jsonl")
RESPOND = "respond"
TRAINING = turncast.TrainConfig(epochs=30, batch_turns=64, learning_rate=0.01)


@dataclass(frozen=True, slots=True)
class Timing:
    """The seconds of thinking and of a tool, and the least probability for prefetching."""

    thinking: float
    tool: float
    threshold: float


@dataclass(slots=True)
class ReplayCounts:
    """The counts of a replay."""

    steps: int = 0
    calls: int = 0  # tool calls of the trace
    hits: int = 0  # started, then called
    misses: int = 0  # started, but not called


def read_traces(path: Path) -> list[Messages]:
    """Read traces: the `messages` or `traj` of records, and the `simulations` of tau2-bench.

    Raises:
        CorpusError: for a file that turncast cannot read, and for files without messages.
    """
    for _ in turncast.read(path):  # an error names the line, what came and the cure
        pass
    files = sorted(path.glob("**/*.json*")) if path.is_dir() else [path]
    traces = [
        messages for file in files for record in read_records(file) for messages in find_messages(record)
    ]
    if len(traces) < 2:
        cure = "give chat messages (messages, traj) or results of tau2-bench, two traces at least"
        raise CorpusError(str(path), f"there are {len(traces)} traces of messages", cure)
    return traces


def read_records(file: Path) -> Iterator[Any]:
    """Yield the values in a JSON file, or in each line of JSON Lines."""
    text = file.read_text(encoding="utf-8")
    try:
        yield json.loads(text)
    except json.JSONDecodeError:
        yield from (json.loads(line) for line in text.splitlines() if line.strip())


def find_messages(record: Any) -> Iterator[Messages]:
    """Yield each list of messages in a record, in a list of records, or in results of tau2-bench."""
    if isinstance(record, list):
        if record and all(isinstance(item, dict) and "role" in item for item in record):
            yield record
            return
        for item in record:
            yield from find_messages(item)
    elif isinstance(record, dict):
        yield from find_messages(record.get("messages") or record.get("traj") or record.get("simulations"))


def decisions(messages: Messages) -> Iterator[tuple[Messages, str]]:
    """Yield the messages before each step of the agent, and the tool that it called there, or `respond`."""
    for number, message in enumerate(messages):
        if message["role"] == "assistant" and number:
            yield messages[:number], first_tool(message)


def first_tool(message: dict[str, Any]) -> str:
    """Return the first tool that a message calls (OpenAI, tau2-bench, Anthropic), or `respond`."""
    content = message.get("content")
    parts = [part for part in content if isinstance(part, dict)] if isinstance(content, list) else []
    calls = message.get("tool_calls") or [part for part in parts if part.get("type") == "tool_use"]
    return calls[0].get("function", calls[0])["name"] if calls else RESPOND


def tell(text: str) -> None:
    """Print progress to stderr."""
    print(text, file=sys.stderr, flush=True)


async def replay(
    messages: Messages, timing: Timing, client: AsyncClient | None, counts: ReplayCounts
) -> None:
    """Replay a trace and count; with a client, start the predicted tools."""
    for before, action in decisions(messages):
        thinking = asyncio.create_task(asyncio.sleep(timing.thinking))
        prefetched, tool = "", None
        if client is not None:
            prediction = await client.next_action(before, top=1)
            if prediction.actions != (RESPOND,) and prediction.probability >= timing.threshold:
                prefetched, tool = prediction.actions[0], asyncio.create_task(asyncio.sleep(timing.tool))
        await thinking
        counts.steps += 1
        counts.calls += action != RESPOND
        counts.hits += prefetched == action
        counts.misses += bool(prefetched) and prefetched != action
        if tool is not None and prefetched != action:
            tool.cancel()
        if action != RESPOND:
            await (tool if tool is not None and prefetched == action else asyncio.sleep(timing.tool))


async def measure(traces: Sequence[Messages], address: str, timing: Timing) -> dict[str, float]:
    """Replay all traces without and with prefetching; return counts and seconds."""
    seconds, with_prefetching = [], ReplayCounts()
    async with AsyncClient(address, timeout=5, retries=Retries(times=1)) as client:
        for prefetcher, counts in ((None, ReplayCounts()), (client, with_prefetching)):
            started = time.perf_counter()
            for number, messages in enumerate(traces, start=1):
                await replay(messages, timing, prefetcher, counts)
                how = "without" if prefetcher is None else "with"
                tell(f"Replayed {number} of {len(traces)} traces {how} prefetching.")
            seconds.append(time.perf_counter() - started)
    return {
        "traces": len(traces),
        "steps": with_prefetching.steps,
        "calls": with_prefetching.calls,
        "hits": with_prefetching.hits,
        "misses": with_prefetching.misses,
        "seconds_without": round(seconds[0], 3),
        "seconds_with": round(seconds[1], 3),
        "seconds_saved": round(seconds[0] - seconds[1], 3),
    }


@contextmanager
def running_server(traces: Sequence[Messages]) -> Iterator[str]:
    """Train on traces, start a server with the model, and yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        file, model = Path(folder) / "traces.jsonl", Path(folder) / "model"
        file.write_text("".join(json.dumps({"messages": list(one)}) + "\n" for one in traces))
        tell(f"Training on {len(traces)} traces.")
        turncast.train(turncast.read(file).load(), config=TRAINING).save(model)
        tell("Starting the server.")
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


class _HelpFormatter(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    """Keeps the lines of the description, and shows the defaults."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on the first half of the traces, replay the second."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_HelpFormatter)
    parser.add_argument("--data", type=Path, default=TRACES, help="a file or folder of traces")
    parser.add_argument("--most", type=int, default=20, help="the most traces to replay")
    parser.add_argument("--thinking", type=float, default=0.2, help="seconds of thinking at each step")
    parser.add_argument("--tool", type=float, default=0.2, help="seconds of a tool call")
    parser.add_argument("--threshold", type=float, default=0.5, help="the least probability for prefetching")
    options = parser.parse_args(arguments)
    try:
        traces = read_traces(options.data)
    except CorpusError as error:
        parser.exit(2, f"{error}\n")
    half = len(traces) // 2
    with running_server(traces[:half]) as address:
        asyncio.run(until_ready(address))
        timing = Timing(options.thinking, options.tool, options.threshold)
        result = asyncio.run(measure(traces[half : half + options.most], address, timing))
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
