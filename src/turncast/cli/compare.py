"""`turncast compare`."""

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
from turncast.evaluation import compare as compare_policies
from turncast.evaluation.terminal import render_comparison
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast compare old/ new/ test.jsonl

turncast compare lstm/ forgetful/ test.jsonl --json > comparison.json"""


def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="The folder of one model.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The folder of the other.")],
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    as_json: AsJson = False,
) -> None:
    """Compare two models on the same dialogues: which turns each wins, and is that more than chance."""
    policies, dialogues = (Policy.load(a), Policy.load(b)), read_corpus(corpus, format, column, read, where)
    with counting("judging") as progress:
        comparison = compare_policies(*policies, dialogues, progress, names=(str(a), str(b)))
    if as_json:
        show_json(comparison.to_json())
    else:
        show(render_comparison(comparison))
