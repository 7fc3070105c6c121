"""Read a million turns of JSON Lines: `python benchmarks/reading.py [TURNS] [--write]`.

Makes a corpus of our own in a temporary folder, plain and compressed, and reads each in a fresh process: in
one pass, as the verbs do, and kept in memory, as `Corpus.load` does. Prints seconds and the most memory that
the process took. With `--write` the table goes into benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import gzip
import json
import lzma
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from page import circumstances, replace_section

HEADING = "## A million turns of JSON Lines"
TEXT = (
    "a the table for two four six please can you book me something cheap in north south of town with music "
    "tonight at seven no yes thanks what is their number and address how far would like thai korean food"
)
WORDS = TEXT.split()
ACTIONS = [f"{verb}_{noun}" for verb in ("ask", "offer", "confirm", "book") for noun in WORDS[2:30]]


def dialogues(turns: int) -> Iterator[dict[str, Any]]:
    """Yield dialogues of 4 to 16 turns, of about 20 words, a fact or two and an action a turn."""
    generator = random.Random(1)
    made = 0
    while made < turns:
        length = min(generator.randint(4, 16), turns - made)
        yield {"id": f"d{made}", "turns": [turn(generator) for _ in range(length)]}
        made += length


def turn(generator: random.Random) -> dict[str, Any]:
    said = " ".join(generator.choices(WORDS, k=generator.randint(3, 15)))
    answer = " ".join(generator.choices(WORDS, k=generator.randint(5, 20)))
    facts = {"kb_results": generator.randint(0, 30)}
    if generator.random() < 0.5:
        facts["price"] = generator.choice(["cheap", "moderate", "expensive"])
    actions = generator.sample(ACTIONS, k=1 + (generator.random() < 0.1))
    return {"user": said, "facts": facts, "actions": actions, "response": answer}


def write(path: Path, turns: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        for dialogue in dialogues(turns):
            file.write(json.dumps(dialogue) + "\n")


def read(path: str, keep: bool) -> None:
    """Read in this process and print [turns, seconds, CPU seconds, megabytes]."""
    import turncast

    started, worked = time.perf_counter(), time.process_time()
    corpus = turncast.read(path)
    turns = sum(map(len, corpus.load() if keep else corpus))
    seconds, busy = time.perf_counter() - started, time.process_time() - worked
    print(json.dumps([turns, seconds, busy, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3]))


def measured(path: Path, keep: bool) -> tuple[int, float, float, float]:
    """Return turns, seconds, CPU seconds and megabytes of the middle one of three readings."""
    command = [sys.executable, __file__, "--read", str(path), *["--keep"] * keep]
    runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(3)]
    return sorted(runs, key=lambda run: run[1])[1]


def pack(plain: Path, packed: Path, opened: Callable[..., Any], level: dict[str, int]) -> None:
    """Compress piece by piece: a process begins with its parent's mark of the most memory."""
    with plain.open("rb") as source, opened(packed, "wb", **level) as target:
        shutil.copyfileobj(source, target)


def open_zstd(path: Path, mode: str) -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.open(path, mode)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("turns", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--read")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    if given.read:
        read(given.read, given.keep)
        return
    packers: dict[str, tuple[Callable[..., Any], dict[str, int]]] = {
        ".gz": (gzip.open, {"compresslevel": 6}),
        ".xz": (lzma.open, {"preset": 1}),
        ".zst": (open_zstd, {}),
    }
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "corpus.jsonl"
        write(plain, given.turns)
        for suffix in ("", *packers):
            path = plain.with_name(plain.name + suffix)
            if suffix:
                pack(plain, path, *packers[suffix])
            for keep in (False, True) if not suffix else (False,):
                turns, seconds, busy, memory = measured(path, keep)
                size, how = path.stat().st_size / 1e6, "kept in memory" if keep else "one pass"
                times = f"{seconds:.1f} | {busy:.1f}"
                rows.append(f"| jsonl{suffix} | {turns:,} | {size:.0f} | {how} | {times} | {memory:.0f} |")
                print(rows[-1], flush=True)
    section = "\n".join(
        [
            HEADING,
            "",
            "`taskset -c 3 python benchmarks/reading.py --write`: one core. Dialogues of 4 to 16 turns with "
            "texts, facts and actions. A fresh process each, the middle one of three runs. Other work on the "
            "machine changes the seconds, and hardly the CPU seconds; memory is the most that the process "
            "took.",
            "",
            circumstances(),
            "",
            "| file | turns | megabytes | how | seconds | CPU seconds | memory, MB |",
            "|---|---:|---:|---|---:|---:|---:|",
            *rows,
            "",
        ]
    )
    if given.write:
        replace_section(HEADING, section)


if __name__ == "__main__":
    main()
