"""`turnwise evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turnwise.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    CorpusPaths,
    FormatName,
    MaxError,
    ModelPath,
    ReadSettings,
    read_corpus,
)
from turnwise.cli.output import counting, note, show, show_json
from turnwise.data import convert
from turnwise.errors import ConfigError
from turnwise.evaluation import Errors
from turnwise.evaluation import evaluate as evaluate_policy
from turnwise.policy import Policy
from turnwise.policy.replace import check_file

EXAMPLES = """[bold]Examples[/bold]

turnwise evaluate model/ test.jsonl

turnwise evaluate model/ test.jsonl --max-error 0.05

turnwise evaluate model/ test.jsonl --json > report.json

turnwise evaluate model/ test.jsonl --errors errors.jsonl     (then: turnwise data show errors.jsonl)"""


def evaluate(
    model: ModelPath,
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    max_error: MaxError = None,
    errors: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the wrong turns as annotated dialogues, JSON Lines."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file of --errors.")] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a model on recorded dialogues, between floors and ceiling."""
    if errors:
        check_file(errors, force=force)
    elif force:
        raise ConfigError("--force replaces the file of --errors; give --errors FILE, or leave it out")
    policy, wrong = Policy.load(model), Errors()
    if max_error is not None:
        policy = policy.for_error(max_error)
    judged = read_corpus(corpus, format, column, read, where)
    with counting("judging") as progress:
        report = evaluate_policy(policy, judged, progress, errors=wrong if errors else None)
    if errors:
        convert(wrong.corpus(judged.name), errors, "jsonl", force=force)
        next_step = f" Look at them: turnwise data show {errors}" if wrong else ""
        note(f"Wrote {len(wrong):,} wrong turns to {errors}.{next_step}")
    if as_json:
        show_json(report.to_json())
    else:
        show(report)
