"""Read every known corpus under a folder and count its dialogues, turns and actions.

Prints a table: dialogues, turns, actions, the share of turns with several actions, the skipped dialogues by
reason, and seconds. Counts that differ from expected_counts.json are named, and the exit status is 1; --write
replaces that file. Corpora that DATA lacks are named and left out.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import turncast
from benchmarks.command import parser_for
from turncast.errors import TurncastError
from turncast.readers import ReadConfig

EXPECTED = Path(__file__).parent / "expected_counts.json"
# Patterns; each match is read alone. The text after a colon is the reader's setting `actions`.
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


def matches(data: Path, source: str) -> list[Path]:
    """Return the files and the non-empty folders that match the source's pattern."""
    paths = sorted(data.glob(source.partition(":")[0]))
    return [path for path in paths if path.is_file() or any(path.rglob("*.*"))]


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


def row(name: str, counts: dict[str, Any]) -> str:
    skipped = "; ".join(f"{n:,} {reason}" for reason, n in counts["skipped"].items())
    cells = (
        name,
        f"{counts['dialogues']:,}",
        f"{counts['turns']:,}",
        f"{counts['actions']:,}",
        f"{counts['turns_with_several'] / counts['turns']:.1%}",
        f"{counts['groups']:,}",
        skipped,
        f"{counts['seconds']:.1f}",
    )
    return f"| {' | '.join(cells)} |"


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("data", type=Path, help="a folder of corpora")
    parser.add_argument("--write", action="store_true", help=f"replace {EXPECTED.name}")
    options = parser.parse_args(arguments)
    expected = json.loads(EXPECTED.read_text()) if EXPECTED.is_file() else {}
    counts_by_source: dict[str, Any] = {}
    differences = 0
    print("| corpus | dialogues | turns | actions | with several | groups | skipped | seconds |")
    print("|---|---:|---:|---:|---:|---:|---|---:|")
    for source in SOURCES:
        _, colon, kind = source.partition(":")
        if not (paths := matches(options.data, source)):
            print(f"left out {source}: there is nothing of that name", file=sys.stderr)
        for path in paths:
            key = f"{path.relative_to(options.data)}{colon}{kind}"
            settings = {"actions": kind} if kind else {}
            try:
                counts = count(path, settings)
            except TurncastError as error:
                print(f"{key}: {error}", file=sys.stderr)
                differences += 1
                continue
            print(row(key, counts), flush=True)
            counts_by_source[key] = {
                figure: number for figure, number in counts.items() if figure != "seconds"
            }
            if not options.write and expected.get(key) != counts_by_source[key]:
                print(f"{key}: expected {expected.get(key)}", file=sys.stderr)
                differences += 1
    if options.write:
        EXPECTED.write_text(
            json.dumps(counts_by_source, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )
    return 1 if differences else 0
