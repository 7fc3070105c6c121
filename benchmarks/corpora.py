"""Train and evaluate on real corpora: `python benchmarks/corpora.py DATA [NAME ...]`.

DATA is a folder that holds `babi`, `star` and `eventlog` in their original formats; what is absent is named
and left out. Each job is one `turnwise train` and one `turnwise evaluate`, once as the policy and once as the
same network without memory. The dev part is split off the training part; the test part is looked at once, at
the end. The table goes to stdout, and with `--write` into `benchmarks/results.md`.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from turnwise import Corpus, Dialogue, read
from turnwise.readers import to_json

RESULTS = Path(__file__).resolve().parent / "results.md"
HEADING = "## Real corpora"


@dataclass(frozen=True)
class Job:
    """A corpus, and how its training and test parts are made."""

    name: str
    needs: str
    parts: Callable[[Path], tuple[Corpus, Corpus]]
    note: str


def babi(task: str, part: str) -> Callable[[Path], tuple[Corpus, Corpus]]:
    def parts(data: Path) -> tuple[Corpus, Corpus]:
        folder = data / "babi"
        return read(folder / f"dialog-babi-{task}-trn.txt"), read(folder / f"dialog-babi-{task}-{part}.txt")

    return parts


def star(data: Path) -> tuple[Corpus, Corpus]:
    """Happy and single-task dialogues in order of their number; the last fifth is the test part."""
    corpus = read(data / "star")
    kept = [d for d in corpus if d.metadata["happy"] and not d.metadata["multi_task"]]
    return cut("star", kept, 0.8)


def helpdesk(data: Path) -> tuple[Corpus, Corpus]:
    """Cases in order of their start; the last third is the test part."""
    path = data / "eventlog" / "helpdesk.csv"
    started: dict[str, str] = {}
    for line in path.read_text().splitlines()[1:]:
        case, _, at = line.split(",")
        started[case] = min(at, started.get(case, at))
    return cut("helpdesk", sorted(read(path), key=lambda case: started[case.id]), 2 / 3)


def cut(name: str, dialogues: Iterable[Dialogue], share: float) -> tuple[Corpus, Corpus]:
    dialogues = list(dialogues)
    edge = int(share * len(dialogues))
    return Corpus(f"{name}-train", dialogues[:edge]), Corpus(f"{name}-test", dialogues[edge:])


JOBS = (
    Job("bAbI 5", "babi", babi("task5-full-dialogs", "dev"), "train -> dev, templates"),
    Job("bAbI 6", "babi", babi("task6-dstc2", "dev"), "train -> dev, templates"),
    Job("STAR", "star", star, "happy, single-task, by number, 80/20, without the task's name"),
    Job("helpdesk", "eventlog", helpdesk, "next activity, by start of the case, 2/3 and 1/3"),
)


def turnwise(*arguments: str) -> str:
    command = [sys.executable, "-m", "turnwise", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def write_part(corpus: Corpus, path: Path) -> None:
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in corpus), encoding="utf-8")


def run(job: Job, data: Path, seed: int) -> dict[str, Any]:
    """Return the report on the test part, with the seconds of training and the memoryless accuracy."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        train, test = job.parts(data)
        write_part(train, folder / "train.jsonl")
        write_part(test, folder / "test.jsonl")
        reports = {}
        for layout in ("many-to-many-2", "one-to-one"):
            model = str(folder / layout)
            started = time.perf_counter()
            turnwise(
                "train", str(folder / "train.jsonl"), "--out", model, "--layout", layout, "--seed", str(seed)
            )
            seconds = time.perf_counter() - started
            reports[layout] = json.loads(turnwise("evaluate", model, str(folder / "test.jsonl"), "--json"))
            reports[layout]["seconds"] = seconds
            manifest = json.loads((Path(model) / "manifest.json").read_text())
            reports[layout]["trained_on"] = manifest["corpus"]
            reports[layout]["known"] = len(json.loads((Path(model) / "actions.json").read_text())["actions"])
    return reports["many-to-many-2"] | {"without_memory": reports["one-to-one"]["turn_accuracy"]}


def row(job: Job, report: dict[str, Any]) -> str:
    floors = report["floors"]
    cells = [
        f"{job.name}: {job.note}",
        f"{report['trained_on']['dialogues']:,} / {report['dialogues']:,}",
        f"{report['known']}",
        f"{floors['majority']:.1%}",
        f"{floors['bigram']:.1%}",
        f"{floors['count_table']:.1%}",
        f"{report['without_memory']:.1%}",
        f"**{report['turn_accuracy']:.2%}** ({report['right_turns']:,} of {report['turns']:,})",
        f"{report['dialogue_accuracy']:.1%}",
        f"{report['top_3_accuracy']:.1%}",
        f"{report['weighted_f1']:.3f}",
        f"{report['unknown_actions']}",
        f"{report['seconds']:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def table(rows: list[str]) -> str:
    head = (
        "| corpus | dialogues trained / judged on | actions | most frequent | after the previous "
        "| count table | no memory | **turnwise** turns right | dialogues right | top 3 | weighted F1 "
        "| unknown | seconds |"
    )
    return "\n".join([head, "|---|---|---|" + "---:|" * 10, *rows])


def circumstances() -> str:
    versions = ", ".join(
        f"{name} {importlib.metadata.version(name)}" for name in ("turnwise", "keras", "jax", "numpy")
    )
    return (
        f"{datetime.date.today()}, {os.cpu_count()} cores ({platform.machine()}, {platform.system()}), "
        f"Python {platform.python_version()}, {versions}. Seconds are of the whole `turnwise train`, "
        "from start to saved model, with the default settings."
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("names", nargs="*", help=", ".join(job.name for job in JOBS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"replace the section in {RESULTS.name}")
    arguments = parser.parse_args()
    rows = []
    for job in JOBS:
        if arguments.names and job.name not in arguments.names:
            continue
        if not (arguments.data / job.needs).is_dir():
            print(f"left out {job.name}: there is no {arguments.data / job.needs}", file=sys.stderr)
            continue
        print(f"{job.name} ...", file=sys.stderr)
        rows.append(row(job, run(job, arguments.data, arguments.seed)))
        print(rows[-1], flush=True)
    section = (
        f"{HEADING}\n\n`python benchmarks/corpora.py DATA --write`\n\n{circumstances()}\n\n{table(rows)}\n"
    )
    if arguments.write:
        text = RESULTS.read_text(encoding="utf-8")
        before, _, rest = text.partition(HEADING)
        after = rest[rest.index("\n## ") :] if "\n## " in rest else ""
        RESULTS.write_text(before + section + after, encoding="utf-8")
    else:
        print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
