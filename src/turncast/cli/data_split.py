"""`turncast data split`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table

from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, Force, with_option_groups
from turncast.cli.output import counting, note, show, show_json
from turncast.data import SplitConfig
from turncast.data import split as split_corpus
from turncast.data.split import RECORD, Split
from turncast.errors import ConfigError

EXAMPLES = """[bold]Examples[/bold]

turncast data split dialogs.jsonl --out parts/

turncast data split dialogs.jsonl --out parts/ --share 0.9,0.1 --seed 7

turncast data split dialogs.jsonl --out parts/ --by time --time started"""


@with_option_groups
def split(
    corpus: CorpusPaths,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to write.")],
    reading: CorpusOptions,
    share: Annotated[
        str,
        typer.Option(metavar="SHARES", help="Shares of train, dev and test; two shares are train and test."),
    ] = "0.8,0.1,0.1",
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed gives the same parts (default: 1).")
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            help="group (dialogues of a group stay together), dialogue (groups are ignored) "
            "or time (the latest dialogues form the last part)."
        ),
    ] = "group",
    time: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="With --by time: the metadata field with a number or an ISO date (default: timestamp).",
        ),
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Split a corpus into train, dev and test parts, stratified by action."""
    if by == "time" and seed is not None:
        raise ConfigError("--seed has no effect on a split by time; leave it out")
    if by != "time" and time is not None:
        raise ConfigError("--time needs a split by time; add --by time")
    given = {name: value for name, value in (("seed", seed), ("time", time)) if value is not None}
    config = SplitConfig(shares=_shares(share), by=by, **given)  # type: ignore[arg-type]  # SplitConfig checks it
    command = shlex.join(["turncast", *sys.argv[1:]])
    with counting("writing") as progress:
        result = split_corpus(
            reading.open(corpus), out, config, force=force, command=command, progress=progress
        )
    if result.shared_groups:
        note(f"{result.shared_groups:,} groups are in more than one part; --by group keeps them together")
    if as_json:
        show_json(result.to_json())
    else:
        show(_table(result), f"Saved {out}, with a record in {out / RECORD}")


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"--share {text!r} is not a list of numbers; write it as 0.8,0.1,0.1") from None


def _table(result: Split) -> Group:
    table = Table("part", "dialogues", "turns", "missing actions", show_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, part in result.parts.items():
        table.add_row(name, f"{part.dialogues:,}", f"{part.turns:,}", f"{len(part.missing_actions):,}")
    skipped = (f"skipped: {count:,} x {reason}" for reason, count in result.skipped.items())
    return Group(table, *skipped)
