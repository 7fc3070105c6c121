"""`turncast data convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    ReadSettings,
    read_corpus,
)
from turncast.cli.output import counting, show, show_json
from turncast.data import WRITERS
from turncast.data import convert as convert_corpus

EXAMPLES = """[bold]Examples[/bold]

turncast data convert log.csv log.jsonl --column dialogue=CaseID --column action=ActivityID

turncast data convert STAR/ star.parquet --where happy=true

turncast data convert one.txt two.txt both --to jsonl"""


def convert(
    corpus: CorpusPaths,
    out: Annotated[
        Path, typer.Argument(help="The file to write; its suffix says the format.", metavar="OUT")
    ],
    to: Annotated[
        str | None, typer.Option(help=f"What to write: {', '.join(WRITERS)}. OUT's suffix when not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there already.")] = False,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    as_json: AsJson = False,
) -> None:
    """Write a corpus of any format as one file that holds all that turncast knows of it."""
    found = read_corpus(corpus, format, column, read, where)
    with counting("writing") as progress:
        written = convert_corpus(found, out, to, force=force, progress=progress)
    if as_json:
        show_json(written.to_json())
        return
    show(f"Wrote {written.file}: {written.dialogues:,} dialogues, {written.turns:,} turns")
    for reason, count in written.skipped.items():
        show(f"left out: {count:,} x {reason}")
