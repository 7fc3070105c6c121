"""Measure accuracy by the published protocols: `python benchmarks/accuracy.py DATA [--data MORE ...]`.

DATA is a folder that holds `babi`, `star`, `ted_stories` and others in their original formats; each MORE has
the same layout, and holds further parts: a test part, the other half of STAR. What is absent is named and
left out; where a test part is absent, the row says what stands for it.

Each row: the mean and the spread of several seeds, all of them as one policy, the floor, the same network
without memory. Finished trainings are kept in a folder, by all that they depend on: stopped and called again,
the command goes on where it was. The tables go to stdout, and with `--write` into `benchmarks/results.md`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_cache_path

from accuracy_page import HEADING, section
from accuracy_rows import rows_of, trials_of
from page import RESULTS, replace_section
from protocols import PROTOCOLS
from protocols.case import Case, without_test
from protocols.folders import Folders
from trials import run_all
from turncast import TurncastError
from turncast.cores import available_cores


def cases_of(names: Sequence[str], folders: Folders, dev: bool) -> list[Case]:
    """Return the cases of the protocols whose data is there; name the others."""
    cases = []
    for name in names:
        found = list(PROTOCOLS[name](folders))
        if not found:
            say(f"left out {name}: its files are in none of {', '.join(map(str, folders.roots))}")
        cases += [without_test(case) if dev else case for case in found]
    return cases


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="a folder of corpora")
    more = "a folder with further parts; may be repeated"
    parser.add_argument(
        "--data", type=Path, action="append", default=[], dest="more", metavar="MORE", help=more
    )
    parser.add_argument("--only", action="append", choices=PROTOCOLS, help="this protocol; may be repeated")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds to train with")
    parser.add_argument("--jobs", type=int, default=available_cores(), help="trainings at once, a core each")
    parser.add_argument("--epochs", type=int, help="at most so many, to see the command work")
    parser.add_argument("--dev", action="store_true", help="judge on a fifth held out of the training part")
    kept = user_cache_path("turncast") / "accuracy"
    parser.add_argument("--cache", type=Path, default=kept, help="where finished trainings are kept")
    parser.add_argument("--write", action="store_true", help=f"replace the section in {RESULTS.name}")
    given = parser.parse_args()
    for folder in (given.data, *given.more):
        if not folder.is_dir():
            parser.error(f"there is no folder {folder}; give one that holds corpora")
    for name in ("seeds", "jobs", "epochs"):
        value = getattr(given, name)
        if value is not None and value < 1:
            parser.error(f"--{name} is {value}; give 1 or more")
    if given.write and (given.only or given.epochs):
        parser.error("--write replaces the whole section; leave out --only and --epochs")
    return given


def main() -> int:
    given = arguments()
    try:
        return measure(given)
    except TurncastError as error:
        say(f"{error}")
        return 2
    except KeyboardInterrupt:
        say("stopped; the same command goes on from here")
        return 130


def measure(given: argparse.Namespace) -> int:
    given.cache.mkdir(parents=True, exist_ok=True)
    cases = cases_of(given.only or list(PROTOCOLS), Folders((given.data, *given.more)), given.dev)
    if not cases:
        say("there is nothing to measure; give a folder that holds babi, star, ted_stories or others")
        return 2
    settings = {"epochs": given.epochs} if given.epochs else {}
    planned = [(case, trials_of(case, given.seeds, settings, given.cache)) for case in cases]
    results = run_all((one for _, trials in planned for one in trials.all), given.cache, given.jobs, say)
    rows = [row for case, trials in planned for row in rows_of(case, trials, results)]
    more = "".join(" --data MORE" for _ in given.more)
    command = f"python benchmarks/accuracy.py DATA{more}{' --dev' * given.dev} --seeds {given.seeds} --write"
    text = section(rows, given.seeds, command)
    if given.write:
        replace_section(HEADING, text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
