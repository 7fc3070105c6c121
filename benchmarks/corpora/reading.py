"""Read a million turns of JSON Lines.

Writes a random corpus into a temporary folder, plain and compressed, and reads each file in a new process:
in one pass, as the commands do, and into memory, as `Corpus.load` does. Prints the seconds and the peak
memory of the process. With --write the table goes into benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import ROOT
from benchmarks.command import parser_for
from benchmarks.results_page import conditions, replace_section
from benchmarks.speed.memory import peak_megabytes

HEADING = "## A million turns of JSON Lines"
TEXT = (
    "a the table for two four six please can you book me something cheap in north south of town with music "
    "tonight at seven no yes thanks what is their number and address how far would like thai korean food"
)
WORDS = TEXT.split()
METHOD = (
    "one core. Dialogues of 4 to 16 turns with texts, facts and actions. The median of three new processes "
    "each. Other work on the machine changes the seconds but hardly the CPU seconds; memory is the peak "
    "of the process."
)
HEAD = (
    "| file | turns | megabytes | how | seconds | CPU seconds | memory, MB |",
    "|---|---:|---:|---|---:|---:|---:|",
)
ACTIONS = [f"{verb}_{noun}" for verb in ("ask", "offer", "confirm", "book") for noun in WORDS[2:30]]


def dialogues(turns: int) -> Iterator[dict[str, Any]]:
    """Yield dialogues of 4 to 16 turns, with about 20 words, one or two facts and an action a turn."""
    generator = random.Random(1)
    done = 0
    while done < turns:
        length = min(generator.randint(4, 16), turns - done)
        yield {"id": f"d{done}", "turns": [turn(generator) for _ in range(length)]}
        done += length


def turn(generator: random.Random) -> dict[str, Any]:
    user = " ".join(generator.choices(WORDS, k=generator.randint(3, 15)))
    response = " ".join(generator.choices(WORDS, k=generator.randint(5, 20)))
    facts = {"kb_results": generator.randint(0, 30)}
    if generator.random() < 0.5:
        facts["price"] = generator.choice(["cheap", "moderate", "expensive"])
    actions = generator.sample(ACTIONS, k=1 + (generator.random() < 0.1))
    return {"user": user, "facts": facts, "actions": actions, "response": response}


def write(path: Path, turns: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for dialogue in dialogues(turns):
            file.write(json.dumps(dialogue) + "\n")


def read(path: str, load: bool) -> None:
    """Read in this process and print [turns, seconds, CPU seconds, megabytes]."""
    import turncast

    started, cpu_started = time.perf_counter(), time.process_time()
    corpus = turncast.read(path)
    turns = sum(map(len, corpus.load() if load else corpus))
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
    print(json.dumps([turns, seconds, cpu_seconds, peak_megabytes()]))


def measure(path: Path, load: bool) -> tuple[int, float, float, float]:
    """Return turns, seconds, CPU seconds and megabytes of the median of three processes."""
    command = [sys.executable, "-m", "benchmarks", "reading", "--read", str(path), *["--load"] * load]
    runs = [
        json.loads(subprocess.run(command, check=True, capture_output=True, cwd=ROOT).stdout)
        for _ in range(3)
    ]
    return sorted(runs, key=lambda run: run[1])[1]


def compress(plain: Path, compressed: Path, opener: Callable[..., Any], level: dict[str, int]) -> None:
    """Compress in pieces: on Linux, the peak memory of a new process starts with that of its parent."""
    with plain.open("rb") as source, opener(compressed, "wb", **level) as target:
        shutil.copyfileobj(source, target)


def open_zstd(path: Path, mode: str) -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.open(path, mode)


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("turns", nargs="?", type=int, default=1_000_000, help="how many (1,000,000)")
    parser.add_argument("--write", action="store_true", help="replace the section of the results page")
    parser.add_argument("--read", help=argparse.SUPPRESS)  # what the new process does
    parser.add_argument("--load", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.read:
        read(options.read, options.load)
        return 0
    rows = measure_all(options.turns)
    if options.write:
        command = f"taskset -c 3 python -m benchmarks {name} --write"
        replace_section(
            HEADING,
            "\n".join([HEADING, "", f"`{command}`: {METHOD}", "", conditions(), "", *HEAD, *rows, ""]),
        )
    return 0


def measure_all(num_turns: int) -> list[str]:
    """Write the corpus in all compressions, read each, and return the rows."""
    compressions: dict[str, tuple[Callable[..., Any], dict[str, int]]] = {
        ".gz": (gzip.open, {"compresslevel": 6}),
        ".xz": (lzma.open, {"preset": 1}),
        ".zst": (open_zstd, {}),
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "corpus.jsonl"
        write(plain, num_turns)
        for suffix in ("", *compressions):
            path = plain.with_name(plain.name + suffix)
            if suffix:
                compress(plain, path, *compressions[suffix])
            for load in (False, True) if not suffix else (False,):
                turns, seconds, cpu_seconds, memory = measure(path, load)
                size, how = path.stat().st_size / 1e6, "into memory" if load else "one pass"
                times = f"{seconds:.1f} | {cpu_seconds:.1f}"
                rows.append(f"| jsonl{suffix} | {turns:,} | {size:.0f} | {how} | {times} | {memory:.0f} |")
                print(rows[-1], flush=True)
    return rows
