"""Cells, ways to read words, and layouts on real corpora: `python benchmarks/networks.py DATA [--write]`.

Each row is one training with the default settings but those named, and one evaluation on the part that no
training saw. DATA is a folder that holds `babi` and `star`. The table goes to stdout, and with `--write` into
`benchmarks/results.md`.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from page import RESULTS, circumstances, replace_section
from protocols.babi import TASK6, read_parts
from protocols.folders import Folders
from protocols.star import star_parts
from turncast import Corpus, NetworkConfig, TrainConfig, evaluate, train

HEADING = "## Networks"
NETWORKS = (
    {},
    {"cell": "gru"},
    {"cell": "simple-rnn"},
    {"cell": "transformer"},
    {"layers": 2, "residual": True, "layer_norm": True},
    {"words": "lstm"},
    {"words": "mean"},
    {"words": "max"},
    {"words": "conv"},
    {"layout": "one-to-one"},
    {"layout": "many-to-many-1"},
    {"layout": "one-to-many"},
)
# The topic of a dialogue, from all of it and from its first two turns; bAbI has no topics.
TOPICS = (
    {"layout": "many-to-one", "outcome": "task"},
    {"layout": "many-to-one", "outcome": "task", "beginning": 2},
)


def row(name: str, settings: dict, parts: tuple[Corpus, Corpus], seed: int) -> str:
    started = time.perf_counter()
    policy = train(parts[0], network=NetworkConfig(**settings), config=TrainConfig(seed=seed))
    seconds = time.perf_counter() - started
    report = evaluate(policy, parts[1])
    ahead = ", ".join(f"{fraction.value:.1%}" for fraction in report.ahead)
    text = ", ".join(f"{key} {value}" for key, value in settings.items()) or "the default: LSTM, bits"
    cells = [
        name,
        text,
        str(report.turns),
        str(report.dialogues),
        f"{report.floors['count_table'].value:.1%}",
    ]
    return f"| {' | '.join([*cells, ahead, f'{seconds:.0f}'])} |"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help=f"replace the section in {RESULTS.name}")
    arguments = parser.parse_args()
    folders = Folders((arguments.data,))
    babi = read_parts(folders, TASK6)
    jobs = {
        "bAbI 6": ((babi["trn"], babi["dev"]), NETWORKS),
        "STAR": (star_parts(folders), NETWORKS + TOPICS),
    }
    rows = []
    for name, ((part, test), networks) in jobs.items():
        for settings in networks:
            rows.append(row(name, settings, (part, test), arguments.seed))
            print(rows[-1], flush=True)
    head = (
        "| corpus | network | decisions right | dialogues right | count table | right 1, 2, 3 ahead "
        "| seconds |\n|---|---|---|---|---:|---|---:|"
    )
    command = "`python benchmarks/networks.py DATA --write`"
    said = (
        f"{circumstances('keras', 'jax', 'numpy')} One seed ({arguments.seed}); bAbI 6 is judged on "
        "its dev part, STAR (happy, single-task) on its last fifth by number, and all settings but those "
        "named are the defaults, which were chosen for the LSTM on bits. Seconds are of the "
        "training alone. With `many-to-many-1` a decision is the first action foreseen; with "
        "`one-to-many` the ends of dialogues are decisions as well."
    )
    section = "\n\n".join([HEADING, command, said, "\n".join([head, *rows])]) + "\n"
    if arguments.write:
        replace_section(HEADING, section)
    else:
        print(section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
