"""`turncast data`: tools to look after corpora."""

from __future__ import annotations

from typing import Annotated

import typer

from turncast.cli import data_convert, data_label, data_split, data_validate
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
from turncast.data import summarise
from turncast.data.summary_tables import summary_tables

app = typer.Typer(help="Look after corpora.", no_args_is_help=True)

EXAMPLES = """[bold]Examples[/bold]

turncast data show dialogs.jsonl

turncast data show log.csv --column dialogue=CaseID --column action=ActivityID --json"""


@app.callback()
def data() -> None:
    """Look after corpora."""


@app.command("show", epilog=EXAMPLES)
def show_corpus(
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    samples: Annotated[int, typer.Option(min=0, help="How many dialogues to print.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Show what a corpus holds: counts, lengths, actions, words, what was left out, sample dialogues."""
    found = read_corpus(corpus, format, column, read, where)
    with counting("reading") as progress:
        summary = summarise(found, samples, progress)
    if as_json:
        show_json(summary.to_json())
    else:
        show(summary_tables(summary))


app.command("validate", epilog=data_validate.EXAMPLES)(data_validate.validate)
app.command("convert", epilog=data_convert.EXAMPLES)(data_convert.convert)
app.command("split", epilog=data_split.EXAMPLES)(data_split.split)
app.command("label", epilog=data_label.EXAMPLES)(data_label.label)
