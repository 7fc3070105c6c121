"""Measure accuracy by published protocols.

DATA is a folder with the corpora `babi`, `star`, `ted_stories` and others in their original formats; each
MORE has the same layout and holds further parts: a test part, the other half of STAR. Missing corpora are
named and left out; where a test part is missing, the row names the part that is judged instead.

Each row has the mean and the spread of several seeds, all seeds as one policy, the floors, and the same
network without memory. The results of finished trainings are cached: after an interruption the same command
continues. The tables go to stdout, and with --write into benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

from benchmarks.accuracy.rows import rows_of, runs_for
from benchmarks.accuracy.section import HEADING, section
from benchmarks.accuracy.training_runs import run_all
from benchmarks.command import add_epochs_option, parser_for
from benchmarks.protocols import PROTOCOLS
from benchmarks.protocols.case import ProtocolCase, without_test
from benchmarks.protocols.folders import CorpusFolders
from benchmarks.results_page import RESULTS, replace_section
from turncast.cores import available_cores
from turncast.errors import ConfigError


def main(name: str, arguments: Sequence[str]) -> int:
    """Run the benchmark."""
    options = parse(name, arguments)
    options.cache.mkdir(parents=True, exist_ok=True)
    folders = CorpusFolders((options.data, *options.more))
    cases = cases_of(options.only or list(PROTOCOLS), folders, options.dev)
    if not cases:
        raise ConfigError("there is nothing to measure; give a folder with babi, star, ted_stories or others")
    settings = {"epochs": options.epochs} if options.epochs else {}
    planned = [(case, runs_for(case, options.seeds, settings, options.cache)) for case in cases]
    results = run_all((one for _, runs in planned for one in runs.all), options.cache, options.jobs, log)
    rows = [row for case, runs in planned for row in rows_of(case, runs, results)]
    more = "".join(" --data MORE" for _ in options.more)
    dev = " --dev" if options.dev else ""
    command = f"python -m benchmarks {name} DATA{more}{dev} --seeds {options.seeds} --write"
    text = section(rows, options.seeds, command)
    if options.write:
        replace_section(HEADING, text)
    print(text)
    return 0


def parse(name: str, arguments: Sequence[str]) -> argparse.Namespace:
    """Return the options."""
    parser = parser_for(name, __doc__)
    parser.add_argument("data", type=Path, help="a folder of corpora")
    more = "a folder with further parts (repeatable)"
    parser.add_argument(
        "--data", type=Path, action="append", default=[], dest="more", metavar="MORE", help=more
    )
    parser.add_argument("--only", action="append", choices=PROTOCOLS, help="this protocol (repeatable)")
    parser.add_argument("--seeds", type=int, default=5, help="the number of seeds (5)")
    parser.add_argument("--jobs", type=int, default=available_cores(), help="parallel trainings, a core each")
    add_epochs_option(parser)
    parser.add_argument("--dev", action="store_true", help="judge on a held-out fifth of the training part")
    cache = user_cache_path("turncast") / "accuracy"
    parser.add_argument("--cache", type=Path, default=cache, help="the folder of finished trainings")
    parser.add_argument("--write", action="store_true", help=f"replace the section of {RESULTS.name}")
    options = parser.parse_args(arguments)
    for folder in (options.data, *options.more):
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}; give one with corpora")
    for number in ("seeds", "jobs", "epochs"):
        value = getattr(options, number)
        if value is not None and value < 1:
            parser.error(f"--{number} is {value}; give 1 or more")
    if options.write and (options.only or options.epochs):
        parser.error("--write replaces the whole section; leave out --only and --epochs")
    return options


def cases_of(names: Sequence[str], folders: CorpusFolders, dev: bool) -> list[ProtocolCase]:
    """Return the cases of the protocols whose corpora exist; name the missing ones."""
    cases = []
    for name in names:
        cases_of_protocol = list(PROTOCOLS[name](folders))
        if not cases_of_protocol:
            log(f"left out {name}: its files are in none of {', '.join(map(str, folders.roots))}")
        cases += [without_test(case) if dev else case for case in cases_of_protocol]
    return cases


def log(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
