"""Time one live turn, from text to ranked actions, and its parts.

The policy has a usual size and random weights, and the corpus is synthetic; only the core install is needed.
Also compares turn 1,000 with turn 1, and times a new process from its start to its first prediction.
OMP_NUM_THREADS limits the threads of NumPy's BLAS.
"""

from __future__ import annotations

import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.command import parser_for
from benchmarks.results_page import conditions, replace_section
from benchmarks.synthetic import UNITS, random_policy, synthetic_corpus
from turncast import Policy, Session, Turn
from turncast.features.text.words import words
from turncast.runtime import NumpyNetwork

HEADING = "## One live turn"
SESSIONS, LATE_TURN, NUM_TIMED = 40, 1_000, 20
STARTS = 7

# Predicts once; prints the milliseconds since the start of the process, and its peak memory.
START_PROGRAM = """
import sys
from turncast import Policy, Session
Session(Policy.load(sys.argv[1])).observe(sys.argv[2], {"fact_1": 2}).top(3)
import time
seconds = time.monotonic() - float(sys.argv[3])
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(seconds * 1e3, int(peak) / 1e3)
"""


def microseconds(run: Callable[[Any], object], items: Iterable[Any]) -> list[float]:
    """Return the microseconds of each call."""
    times = []
    for item in items:
        started = time.perf_counter_ns()
        run(item)
        times.append((time.perf_counter_ns() - started) / 1e3)
    return times


def parts(policy: Policy, turns: list[Turn]) -> Iterator[tuple[str, list[float]]]:
    """Yield the name of each part with the microseconds of each turn."""
    session = Session(policy)

    def live(turn: Turn) -> None:
        session.observe(turn.user, turn.facts).top(3)
        session.commit(turn.actions)

    state = policy.start()
    _, state = policy.step(state, turns[0])
    network = NumpyNetwork(policy.config, policy.weights, policy.space.multi)
    encoded = [policy.encoder.encode(turn, state.memory)[0] for turn in turns]
    predictions = [policy.step(state, turn)[0] for turn in turns]
    yield "observe, top 3, commit", microseconds(live, turns)
    yield "`Policy.step`", microseconds(lambda turn: policy.step(state, turn), turns)
    yield "words of the text", microseconds(lambda turn: words(turn.user or ""), turns)
    yield (
        "encoding, words included",
        microseconds(lambda turn: policy.encoder.encode(turn, state.memory), turns),
    )
    yield "network", microseconds(lambda one: network.step(state.network, one.bits), encoded)
    yield "the 3 most probable", microseconds(lambda prediction: prediction.top(3), predictions)
    yield "all ranked", microseconds(lambda prediction: prediction.ranked, predictions)


def long_sessions(policy: Policy, turns: list[Turn]) -> Iterator[tuple[str, list[float]]]:
    """Yield the microseconds of the first turns and of those around turn 1,000, over all sessions."""
    sessions, times = [Session(policy) for _ in range(SESSIONS)], []
    for session in sessions:

        def live(turn: Turn, session: Session = session) -> None:
            session.observe(turn.user, turn.facts).top(3)
            session.commit(turn.actions)

        times.append(microseconds(live, itertools.islice(itertools.cycle(turns), LATE_TURN + NUM_TIMED // 2)))
    yield f"turns 1 to {NUM_TIMED}", [one for row in times for one in row[:NUM_TIMED]]
    first, last = LATE_TURN - NUM_TIMED // 2 + 1, LATE_TURN + NUM_TIMED // 2
    yield f"turns {first} to {last}", [one for row in times for one in row[-NUM_TIMED:]]


def process_start(folder: Path, text: str) -> tuple[float, float]:
    """Return the median milliseconds and megabytes of a new process."""
    figures = []
    for _ in range(STARTS):
        command = [sys.executable, "-c", START_PROGRAM, str(folder), text, str(time.monotonic())]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures.append([float(figure) for figure in done.stdout.split()])
    return statistics.median(row[0] for row in figures), statistics.median(row[1] for row in figures)


def measure(actions: int) -> str:
    generator = np.random.default_rng(0)
    corpus = synthetic_corpus(actions, generator)
    policy, turns = random_policy(corpus, generator), [turn for dialogue in corpus for turn in dialogue]
    turns = turns * (3_000 // len(turns) + 1)
    list(parts(policy, turns[:300]))  # warm up: first calls are slower
    rows = [
        f"| {name} | {np.percentile(times, 50):.1f} | {np.percentile(times, 99):.1f} |"
        for name, times in itertools.chain(parts(policy, turns), long_sessions(policy, turns))
    ]
    with tempfile.TemporaryDirectory() as folder:
        milliseconds, megabytes = process_start(policy.save(Path(folder) / "model"), turns[0].user or "")
    size = f"{policy.encoder.width:,} bits, {UNITS} units, {actions} actions"
    head = f"| {size} | p50, us | p99, us |\n|---|---:|---:|"
    start = f"From the start of a process to its first prediction: {milliseconds:.0f} ms, {megabytes:.0f} MB."
    return "\n".join([head, *rows]) + f"\n\n{start}"


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("--write", action="store_true", help="replace the section of the results page")
    options = parser.parse_args(arguments)
    tables = "\n\n".join(measure(actions) for actions in (189, 16))
    threads = os.environ.get("OMP_NUM_THREADS", "as many as there are cores")
    measured = f"{conditions('numpy')} BLAS threads allowed: {threads}."
    section = f"{HEADING}\n\n`python -m benchmarks {name} --write`\n\n{measured}\n\n{tables}\n"
    if options.write:
        replace_section(HEADING, section)
    print(section)
    return 0
