"""`turncast data label`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

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
from turncast.data import WRITERS, read_mapping, relabel
from turncast.data.relabel import Relabelled

EXAMPLES = """[bold]Examples[/bold]

turncast data label dialogs.jsonl --map names.csv --out named.jsonl     (lines as Bye,goodbye; noise, drops)

turncast data label dialogs.jsonl --map names.toml --out named.jsonl --force"""


def label(
    corpus: CorpusPaths,
    map_: Annotated[
        Path,
        typer.Option(
            "--map",
            metavar="FILE",
            help="Old and new names of actions, as CSV, JSON or TOML; an empty new name drops the action.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write.")],
    to: Annotated[
        str | None, typer.Option(help=f"What to write: {', '.join(WRITERS)}. The suffix when not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    as_json: AsJson = False,
) -> None:
    """Give actions other names: rename, merge or drop them by a mapping."""
    mapping = read_mapping(map_)
    found = read_corpus(corpus, format, column, read, where)
    with counting("writing") as progress:
        made = relabel(found, mapping, out, to, force=force, progress=progress)
    for old, suggestion in made.suggestions.items():
        note(f"{map_}: no turn has the action {old!r}{suggestion}")
    if as_json:
        show_json(made.to_json())
    else:
        show(_table(made), f"Wrote {made.written.file}: {len(made.actions):,} actions{_emptied(made)}")


def _emptied(made: Relabelled) -> str:
    return f", {made.emptied:,} turns that have none any more" if made.emptied else ""


def _table(made: Relabelled) -> Table:
    table = Table("old", "new", "turns", show_edge=False)
    table.columns[-1].justify = "right"
    for old, turns in made.turns_changed.items():
        new = made.new_names[old]
        table.add_row(Text(old), Text("(dropped)" if new is None else new), f"{turns:,}")
    return table
