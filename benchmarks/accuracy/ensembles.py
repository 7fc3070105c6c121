"""Measure several networks as one policy, without and with the count table.

A fifth of the dialogues of each file is the test part. The networks of the ensemble are evaluated one by one
(mean and spread) and together, without and with the count table, whose weight is chosen on the dev part. The
times of live turns come from alternating rounds, so that other work on the machine slows all alike.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

import turncast
from benchmarks.command import add_epochs_option, parser_for
from turncast import Corpus, Policy, TrainConfig
from turncast.baselines import BaselineCounts
from turncast.runtime import split_members
from turncast.training import progress_for, split_dev
from turncast.training.count_table_weight import add_count_table

TEST, ROUNDS, TABLE = 0.2, 40, 0.2


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark on each file."""
    parser = parser_for(name, __doc__)
    parser.add_argument("files", nargs="+", help="corpora")
    parser.add_argument("--seeds", type=int, default=5, help="the number of networks (5)")
    add_epochs_option(parser)
    options = parser.parse_args(arguments)
    settings = {"epochs": options.epochs} if options.epochs else {}
    for file in options.files:
        measure(turncast.read(file).load(), TrainConfig(seeds=options.seeds, **settings))
    return 0


def measure(corpus: Corpus, config: TrainConfig) -> None:
    """Train, evaluate and time on one corpus."""
    rest, test = split_dev(corpus, TEST, config.seed)
    part, dev = (half.load() for half in split_dev(rest, config.dev_share, config.seed))
    together = turncast.train(part, dev, config=config, progress=progress_for(sys.stderr))
    alone = [
        replace(together, weights=weights, members=1)
        for weights in split_members(together.weights, together.members)
    ]
    counts = BaselineCounts()
    for dialogue in part:
        counts.add(together.config.layout_row.example(dialogue))
    print(f"\n{corpus.name}: {len(list(part))} dialogues, tested on {len(list(test))}\n")
    print("| | turns right | spread | weighted F1 | weight of the table |\n|---|---|---|---|---|")
    for name, policies in (("one network", alone), (f"{len(alone)} together", [together])):
        row(name, policies, test)
        row(f"{name}, with the table", [add_count_table(one, counts, dev, "auto") for one in policies], test)
    print()
    mixed = [add_count_table(one, counts, dev, TABLE) for one in (alone[0], together)]
    live({"one": [alone[0]], f"{len(alone)} one by one": alone, f"{len(alone)} together": [together],
          "one, table": mixed[:1], f"{len(alone)} together, table": mixed[1:]}, test)  # fmt: skip


def row(name: str, policies: list[Policy], test: Corpus) -> None:
    """Print the mean results of some policies as a row."""
    reports = [turncast.evaluate(policy, test) for policy in policies]
    right = [100 * report.turn_accuracy for report in reports]
    f1 = statistics.mean(report.weighted_f1 for report in reports)
    weights = ", ".join(f"{policy.table.weight if policy.table else 0:g}" for policy in policies)
    print(
        f"| {name} | {statistics.mean(right):.2f} | {statistics.pstdev(right):.2f} | {f1:.3f} | {weights} |"
    )


def live(groups: dict[str, list[Policy]], test: Corpus) -> None:
    """Print the median time of a live turn of each group of policies, from alternating rounds."""
    turns = max(test, key=len).turns
    times: dict[str, list[float]] = {name: [] for name in groups}
    for _ in range(ROUNDS):
        for name, policies in groups.items():
            started = time.perf_counter()
            for policy in policies:
                state = policy.start()
                for turn in turns:
                    _, state = policy.step(state, turn)
            times[name].append((time.perf_counter() - started) * 1e6 / len(turns))
    for name, values in times.items():
        print(f"a live turn, {name}: {statistics.median(values):.0f} us")
