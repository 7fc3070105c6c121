"""Compare cells, word readers and layouts on real corpora.

Each row is one training with default settings except those it names, and one evaluation on a part that was
not trained on. DATA is a folder with `babi` and `star`. The table goes to stdout, and with --write into
benchmarks/results.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command import add_epochs_option, parser_for
from benchmarks.protocols.babi import TASK6, read_parts
from benchmarks.protocols.folders import CorpusFolders
from benchmarks.protocols.star import star_parts
from benchmarks.results_page import RESULTS, conditions, replace_section
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
# The topic of a dialogue, from all turns and from the first two; bAbI has no topics.
TOPICS = (
    {"layout": "many-to-one", "outcome": "task"},
    {"layout": "many-to-one", "outcome": "task", "beginning": 2},
)


def row(name: str, settings: dict, parts: tuple[Corpus, Corpus], config: TrainConfig) -> str:
    started = time.perf_counter()
    policy = train(parts[0], network=NetworkConfig(**settings), config=config)
    seconds = time.perf_counter() - started
    report = evaluate(policy, parts[1])
    horizon = ", ".join(f"{fraction.value:.1%}" for fraction in report.ahead)
    network = ", ".join(f"{key} {value}" for key, value in settings.items()) or "the default: LSTM, bits"
    cells = [
        name,
        network,
        str(report.turns),
        str(report.dialogues),
        f"{report.floors['count_table'].value:.1%}",
    ]
    return f"| {' | '.join([*cells, horizon, f'{seconds:.0f}'])} |"


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    parser = parser_for(name, __doc__)
    parser.add_argument("data", type=Path, help="a folder with babi and star")
    parser.add_argument("--seed", type=int, default=1, help="the seed of all trainings (1)")
    add_epochs_option(parser)
    parser.add_argument("--write", action="store_true", help=f"replace the section of {RESULTS.name}")
    options = parser.parse_args(arguments)
    config = TrainConfig(seed=options.seed, **({"epochs": options.epochs} if options.epochs else {}))
    folders = CorpusFolders((options.data,))
    babi = read_parts(folders, TASK6)
    jobs = {
        "bAbI 6": ((babi["trn"], babi["dev"]), NETWORKS),
        "STAR": (star_parts(folders), NETWORKS + TOPICS),
    }
    rows = []
    for corpus, ((part, test), networks) in jobs.items():
        for settings in networks:
            rows.append(row(corpus, settings, (part, test), config))
            print(rows[-1], flush=True)
    head = (
        "| corpus | network | decisions right | dialogues right | count table | right 1, 2, 3 ahead "
        "| seconds |\n|---|---|---|---|---:|---|---:|"
    )
    command = f"`python -m benchmarks {name} DATA --write`"
    method = (
        f"{conditions('keras', 'jax', 'numpy')} One seed ({options.seed}). The test part of bAbI 6 is its "
        "dev part, that of STAR (happy, single-task) the last fifth by number. Settings that a row does "
        "not name have their defaults, which were chosen for the LSTM on bits. Seconds are those of the "
        "training alone. With `many-to-many-1` a decision is the first action ahead; with `one-to-many` "
        "the ends of dialogues are decisions too."
    )
    section = "\n\n".join([HEADING, command, method, "\n".join([head, *rows])]) + "\n"
    if options.write:
        replace_section(HEADING, section)
    else:
        print(section)
    return 0
