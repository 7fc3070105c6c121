"""Time one live turn, text to ranked actions: `python benchmarks/live_step.py [--write]`.

The policy has random weights of a usual size, and its corpus is made up here; only the core is needed. Then
its parts, turn 1,000 beside turn 1, and a fresh process from its start to the first prediction. Set
OMP_NUM_THREADS to say how many threads NumPy's BLAS may take.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from page import circumstances, replace_section
from turncast import Policy, Session, Turn
from turncast.bench.made_up import UNITS, made_up_corpus, random_policy
from turncast.features.text.words import words
from turncast.runtime import NumpyNetwork

HEADING = "## One live turn"
SESSIONS, LONG, NEAR = 40, 1_000, 20
STARTS = 7

# What a process that serves does first; it prints the milliseconds since its start, and its peak of memory.
FRESH = """
import sys
from turncast import Policy, Session
Session(Policy.load(sys.argv[1])).observe(sys.argv[2], {"fact_1": 2}).top(3)
import time
taken = time.monotonic() - float(sys.argv[3])
with open("/proc/self/status") as status:
    peak = next(line.split()[1] for line in status if line.startswith("VmHWM"))
print(taken * 1e3, int(peak) / 1e3)
"""


def timed(run: Callable[[Any], object], things: Iterable[Any]) -> list[float]:
    """Return the microseconds of each run."""
    taken = []
    for thing in things:
        started = time.perf_counter_ns()
        run(thing)
        taken.append((time.perf_counter_ns() - started) / 1e3)
    return taken


def parts(policy: Policy, turns: list[Turn]) -> Iterator[tuple[str, list[float]]]:
    """Yield what is timed with the microseconds of each turn."""
    session = Session(policy)

    def live(turn: Turn) -> None:
        session.observe(turn.user, turn.facts).top(3)
        session.commit(turn.actions)

    state = policy.start()
    _, state = policy.step(state, turns[0])
    network = NumpyNetwork(policy.config, policy.weights, policy.space.multi)
    seen = [policy.encoder.encode(turn, state.memory)[0] for turn in turns]
    predictions = [policy.step(state, turn)[0] for turn in turns]
    yield "observe, top 3, commit", timed(live, turns)
    yield "`Policy.step`", timed(lambda turn: policy.step(state, turn), turns)
    yield "words of the text", timed(lambda turn: words(turn.user or ""), turns)
    yield "encoding, words included", timed(lambda turn: policy.encoder.encode(turn, state.memory), turns)
    yield "network", timed(lambda one: network.step(state.network, one.bits), seen)
    yield "the 3 most probable", timed(lambda prediction: prediction.top(3), predictions)
    yield "all ranked", timed(lambda prediction: prediction.ranked, predictions)


def long_conversations(policy: Policy, turns: list[Turn]) -> Iterator[tuple[str, list[float]]]:
    """Yield the microseconds of the first turns and of those around turn 1,000; all sessions are kept."""
    sessions, taken = [Session(policy) for _ in range(SESSIONS)], []
    for session in sessions:

        def live(turn: Turn, session: Session = session) -> None:
            session.observe(turn.user, turn.facts).top(3)
            session.commit(turn.actions)

        taken.append(timed(live, itertools.islice(itertools.cycle(turns), LONG + NEAR // 2)))
    yield f"turns 1 to {NEAR}", [one for row in taken for one in row[:NEAR]]
    yield f"turns {LONG - NEAR // 2 + 1} to {LONG + NEAR // 2}", [one for row in taken for one in row[-NEAR:]]


def fresh(folder: Path, text: str) -> tuple[float, float]:
    """Return milliseconds and megabytes of a fresh process: medians."""
    figures = []
    for _ in range(STARTS):
        command = [sys.executable, "-c", FRESH, str(folder), text, str(time.monotonic())]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        figures.append([float(figure) for figure in done.stdout.split()])
    return statistics.median(row[0] for row in figures), statistics.median(row[1] for row in figures)


def measure(actions: int) -> str:
    generator = np.random.default_rng(0)
    corpus = made_up_corpus(actions, generator)
    policy, turns = random_policy(corpus, generator), [turn for dialogue in corpus for turn in dialogue]
    turns = turns * (3_000 // len(turns) + 1)
    list(parts(policy, turns[:300]))  # the first time is slower, of whatever it is
    rows = [
        f"| {name} | {np.percentile(taken, 50):.1f} | {np.percentile(taken, 99):.1f} |"
        for name, taken in itertools.chain(parts(policy, turns), long_conversations(policy, turns))
    ]
    with tempfile.TemporaryDirectory() as place:
        milliseconds, megabytes = fresh(policy.save(Path(place) / "model"), turns[0].user or "")
    size = f"{policy.encoder.width:,} bits, {UNITS} units, {actions} actions"
    head = f"| {size} | p50, us | p99, us |\n|---|---:|---:|"
    start = f"From the start of a process to its first prediction: {milliseconds:.0f} ms, {megabytes:.0f} MB."
    return "\n".join([head, *rows]) + f"\n\n{start}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the figures on the results page")
    found = "\n\n".join(measure(actions) for actions in (189, 16))
    threads = os.environ.get("OMP_NUM_THREADS", "as many as there are cores")
    said = f"{circumstances('numpy')} BLAS threads allowed: {threads}."
    section = f"{HEADING}\n\n`python benchmarks/live_step.py --write`\n\n{said}\n\n{found}\n"
    if parser.parse_args().write:
        replace_section(HEADING, section)
    print(section)


if __name__ == "__main__":
    main()
