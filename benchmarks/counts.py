"""Read every known corpus under a folder and count: `python benchmarks/counts.py DATA [--write]`.

Prints a table: dialogues, turns, actions, the share of turns with several, what was left out and why,
seconds. Counts that differ from those of `expected_counts.json` are named, and the exit status is 1;
`--write` makes the file anew. What is absent under DATA is named and passed over.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path
from typing import Any

import turncast
from turncast.errors import TurncastError
from turncast.readers import ReadConfig

EXPECTED = Path(__file__).parent / "expected_counts.json"
# What to read, each match alone; what stands behind a colon is the setting `actions`.
SOURCES = (
    "babi/dialog-babi-task*-trn.txt",
    "babi/dialog-babi-task*-dev.txt",
    "star",
    "sgd/*/:acts",
    "sgd/*/:slots",
    "sgd/*/:calls",
    "m2m/sim-M:acts",
    "m2m/sim-M:slots",
    "multiwoz21:acts",
    "multiwoz21:slots",
    "camrest:acts",
    "camrest:slots",
    "ted_stories/*/",
    "rasa_*",
    "rasa_*/tests",
    "rasa_*/test_stories",
    "rasa_*/history_md",
    "tau_bench/*/*.json",
    "tau2_bench/*/*.json*",
    "bfcl",
    "api_bank",
    "swda",
    "eventlog/*.csv",
)


def parts(data: Path, source: str) -> list[Path]:
    """Return what the source's pattern finds: files, and folders that hold something."""
    found = sorted(data.glob(source.partition(":")[0]))
    return [path for path in found if path.is_file() or any(path.rglob("*.*"))]


def count(path: Path, settings: dict[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    corpus = turncast.read(path, config=ReadConfig(**settings))
    dialogues = turns = several = 0
    actions, groups = set[str](), set[str]()
    for dialogue in corpus:
        dialogues += 1
        turns += len(dialogue)
        groups |= {dialogue.group} - {None}
        for turn in dialogue:
            actions.update(turn.actions)
            several += len(turn.actions) > 1
    return {
        "dialogues": dialogues,
        "turns": turns,
        "actions": len(actions),
        "turns_with_several": several,
        "groups": len(groups),
        "skipped": dict(sorted(corpus.skipped.items())),
        "seconds": time.perf_counter() - started,
    }


def row(name: str, found: dict[str, Any]) -> str:
    left_out = "; ".join(f"{n:,} {reason}" for reason, n in found["skipped"].items())
    cells = (
        name,
        f"{found['dialogues']:,}",
        f"{found['turns']:,}",
        f"{found['actions']:,}",
        f"{found['turns_with_several'] / found['turns']:.1%}",
        f"{found['groups']:,}",
        left_out,
        f"{found['seconds']:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true", help=f"make {EXPECTED.name} anew")
    arguments = parser.parse_args()
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else {}
    found: dict[str, Any] = {}
    other = 0
    print("| corpus | dialogues | turns | actions | with several | groups | left out | seconds |")
    print("|---|---:|---:|---:|---:|---:|---|---:|")
    for source in SOURCES:
        _, colon, kind = source.partition(":")
        if not (paths := parts(arguments.data, source)):
            print(f"left out {source}: there is nothing of that name", file=sys.stderr)
        for path in paths:
            key = f"{path.relative_to(arguments.data)}{colon}{kind}"
            settings = {"actions": kind} if kind else {}
            try:
                counts = count(path, settings)
            except TurncastError as error:
                print(f"{key}: {error}", file=sys.stderr)
                other += 1
                continue
            print(row(key, counts), flush=True)
            found[key] = {what: number for what, number in counts.items() if what != "seconds"}
            if not arguments.write and expected.get(key) != found[key]:
                print(f"{key}: expected {expected.get(key)}", file=sys.stderr)
                other += 1
    if arguments.write:
        EXPECTED.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return 1 if other else 0


if __name__ == "__main__":
    sys.exit(main())
