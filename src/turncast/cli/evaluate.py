"""`turncast evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.atomic_files import check_output_file
from turncast.cli.options import (
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
from turncast.cli.output import counting, note, show, show_json
from turncast.data import convert
from turncast.errors import ConfigError
from turncast.evaluation import Errors, write_report
from turncast.evaluation import evaluate as evaluate_policy
from turncast.evaluation.html_report import check_libraries
from turncast.evaluation.terminal import render_report
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast evaluate model/ test.jsonl

turncast evaluate model/ test.jsonl --max-error 0.05

turncast evaluate model/ test.jsonl --json > report.json

turncast evaluate model/ test.jsonl --errors errors.jsonl     (then: turncast data show errors.jsonl)

turncast evaluate model/ test.jsonl --report report.html      (a page to look at, send or print)"""


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
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write it as a page as well: one HTML file, with plots and dialogues."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace the files of --errors and --report.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Judge a model on recorded dialogues, between floors and ceiling."""
    outputs = [path for path in (errors, report) if path]
    for path in outputs:
        check_output_file(path, force=force)
    if errors and report and errors.resolve() == report.resolve():
        raise ConfigError(f"--errors and --report both name {report}; give each a file of its own")
    if report:
        check_libraries()
    if force and not outputs:
        raise ConfigError("--force replaces the files of --errors and --report; give one, or leave it out")
    policy, wrong = Policy.load(model), Errors()
    if max_error is not None:
        policy = policy.for_error(max_error)
    judged = read_corpus(corpus, format, column, read, where)
    with counting("judging") as progress:
        found = evaluate_policy(policy, judged, progress, errors=wrong if outputs else None)
    if errors:
        convert(wrong.corpus(judged.name), errors, "jsonl", force=force)
        next_step = f" Look at them: turncast data show {errors}" if wrong else ""
        note(f"Wrote {len(wrong):,} wrong turns to {errors}.{next_step}")
    if report:
        write_report(report, policy, found, wrong, name=model.name or str(model), force=force)
        note(f"Wrote {report}; open it in a browser.")
    if as_json:
        show_json(found.to_json())
    else:
        show(render_report(found))
