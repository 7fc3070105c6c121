"""`turncast data label`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from turncast.cli.data_convert import WrittenFormat
from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, Force, with_option_groups
from turncast.cli.output import counting, note, show, show_json
from turncast.data import read_mapping, relabel
from turncast.data.relabel import Relabelled

EXAMPLES = """[bold]Examples[/bold]

turncast data label dialogs.jsonl --map names.csv --out named.jsonl     (a line: old,new)

turncast data label dialogs.jsonl --map names.toml --out named.jsonl --force"""


@with_option_groups
def label(
    corpus: CorpusPaths,
    map_: Annotated[
        Path,
        typer.Option(
            "--map",
            metavar="FILE",
            help="Old and new names of actions: CSV, JSON or TOML; an empty new name drops the action.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write.")],
    reading: CorpusOptions,
    to: WrittenFormat = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Rename, merge or drop actions, by a mapping of names."""
    mapping = read_mapping(map_)
    with counting("writing") as progress:
        relabelled = relabel(reading.open(corpus), mapping, out, to, force=force, progress=progress)
    for old, suggestion in relabelled.suggestions.items():
        note(f"{map_}: no turn has the action {old!r}{suggestion}")
    if as_json:
        show_json(relabelled.to_json())
    else:
        show(
            _table(relabelled),
            f"Wrote {relabelled.written.file}: {len(relabelled.actions):,} "
            f"actions{_emptied_turns(relabelled)}",
        )


def _emptied_turns(relabelled: Relabelled) -> str:
    return f", {relabelled.emptied:,} turns are left without an action" if relabelled.emptied else ""


def _table(relabelled: Relabelled) -> Table:
    table = Table("old", "new", "turns", show_edge=False)
    table.columns[-1].justify = "right"
    for old, turns in relabelled.turns_changed.items():
        new = relabelled.new_names[old]
        table.add_row(Text(old), Text("(dropped)" if new is None else new), f"{turns:,}")
    return table
