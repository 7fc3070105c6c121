"""`turncast data split`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.table import Table

from turncast.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    ReadSettings,
    read_corpus,
)
from turncast.cli.output import counting, note, show, show_json
from turncast.data import SplitConfig
from turncast.data import split as split_corpus
from turncast.data.split import RECORD, Split
from turncast.errors import ConfigError

EXAMPLES = """[bold]Examples[/bold]

turncast data split dialogs.jsonl --out parts/

turncast data split dialogs.jsonl --out parts/ --share 0.9,0.1 --seed 7

turncast data split dialogs.jsonl --out parts/ --by time --time started"""


def split(
    corpus: CorpusPaths,
    out: Annotated[Path, typer.Option("--out", "-o", help="The folder to make.")],
    share: Annotated[
        str, typer.Option(metavar="SHARES", help="Of train, dev and test; two are train and test.")
    ] = "0.8,0.1,0.1",
    seed: Annotated[
        int | None, typer.Option(min=0, help="The same seed gives the same parts (1 when not given).")
    ] = None,
    by: Annotated[
        str,
        typer.Option(
            help="group (dialogues of a group stay together), dialogue (groups are not looked at), "
            "or time (the latest dialogues are the last part)."
        ),
    ] = "group",
    time: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The name in the metadata of a number or an ISO date ('timestamp' when not given).",
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the folder of an earlier split.")] = False,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    as_json: AsJson = False,
) -> None:
    """Split a corpus into train, dev and test, so that each part has its share of every action."""
    if by == "time" and seed is not None:
        raise ConfigError("--seed changes nothing in a split by time; leave it out")
    if by != "time" and time is not None:
        raise ConfigError("--time needs a split by time; add --by time")
    chosen = {"seed": seed, "time": time}
    given = {name: value for name, value in chosen.items() if value is not None}
    config = SplitConfig(shares=_shares(share), by=by, **given)  # type: ignore[arg-type]  # checked there
    found = read_corpus(corpus, format, column, read, where)
    command = shlex.join(["turncast", *sys.argv[1:]])
    with counting("writing") as progress:
        made = split_corpus(found, out, config, force=force, command=command, progress=progress)
    if made.shared_groups:
        note(f"{made.shared_groups:,} groups stand in more than one part; --by group keeps them together")
    if as_json:
        show_json(made.to_json())
    else:
        show(_table(made), f"Saved {out}, with a record in {out / RECORD}")


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise ConfigError(f"--share {text!r} is no list of numbers; write it as 0.8,0.1,0.1") from None


def _table(made: Split) -> Group:
    table = Table("part", "dialogues", "turns", "missing actions", show_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, part in made.parts.items():
        table.add_row(name, f"{part.dialogues:,}", f"{part.turns:,}", f"{len(part.missing_actions):,}")
    left_out = (f"left out: {count:,} x {reason}" for reason, count in made.skipped.items())
    return Group(table, *left_out)
