"""`turncast data convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, Force, completing, with_option_groups
from turncast.cli.output import counting, show, show_json
from turncast.data import WRITERS
from turncast.data import convert as convert_corpus

EXAMPLES = """[bold]Examples[/bold]

turncast data convert log.csv log.jsonl --column dialogue=CaseID --column action=ActivityID

turncast data convert STAR/ star.parquet --where happy=true

turncast data convert one.txt two.txt both --to jsonl"""

WrittenFormat = Annotated[
    str | None,
    typer.Option(
        autocompletion=completing(*WRITERS),
        help=f"The format to write: {', '.join(WRITERS)}; by default from the suffix of the file.",
    ),
]


@with_option_groups
def convert(
    corpus: CorpusPaths,
    out: Annotated[
        Path, typer.Argument(help="The file to write; its suffix gives the format.", metavar="OUT")
    ],
    reading: CorpusOptions,
    to: WrittenFormat = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Convert a corpus of any format to one file, without loss of what turncast reads."""
    with counting("writing") as progress:
        written = convert_corpus(reading.open(corpus), out, to, force=force, progress=progress)
    if as_json:
        show_json(written.to_json())
        return
    show(f"Wrote {written.file}: {written.dialogues:,} dialogues, {written.turns:,} turns")
    for reason, count in written.skipped.items():
        show(f"skipped: {count:,} x {reason}")
