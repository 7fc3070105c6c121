"""`turncast data`: commands that inspect and prepare corpora."""

from __future__ import annotations

from typing import Annotated

import typer

from turncast.cli import data_convert, data_label, data_split, data_validate
from turncast.cli.commands import Command, CommandGroup
from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, with_option_groups
from turncast.cli.output import counting, show, show_json
from turncast.data import summarise
from turncast.data.terminal import render_summary

app = typer.Typer(
    cls=CommandGroup, add_completion=False, help="Inspect and prepare corpora.", no_args_is_help=True
)

EXAMPLES = """[bold]Examples[/bold]

turncast data show dialogs.jsonl

turncast data show log.csv --column dialogue=CaseID --column action=ActivityID --json"""


@app.callback()
def data() -> None:
    """Inspect and prepare corpora."""


@app.command("show", cls=Command, epilog=EXAMPLES)
@with_option_groups
def show_corpus(
    corpus: CorpusPaths,
    reading: CorpusOptions,
    samples: Annotated[int, typer.Option(min=0, help="Number of sample dialogues to print.")] = 2,
    as_json: AsJson = False,
) -> None:
    """Show statistics of a corpus: counts, lengths, actions, words, what was skipped, sample dialogues."""
    with counting("reading") as progress:
        summary = summarise(reading.open(corpus), samples, progress)
    if as_json:
        show_json(summary.to_json())
    else:
        show(render_summary(summary))


app.command("validate", cls=Command, epilog=data_validate.EXAMPLES)(data_validate.validate)
app.command("convert", cls=Command, epilog=data_convert.EXAMPLES)(data_convert.convert)
app.command("split", cls=Command, epilog=data_split.EXAMPLES)(data_split.split)
app.command("label", cls=Command, epilog=data_label.EXAMPLES)(data_label.label)
