"""`turncast evaluate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.atomic_files import check_output_file
from turncast.cli.options import (
    AsJson,
    CorpusOptions,
    CorpusPaths,
    Force,
    MaxError,
    ModelPath,
    with_option_groups,
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

turncast evaluate model/ test.jsonl --report report.html      (an HTML page)"""


@with_option_groups
def evaluate(
    model: ModelPath,
    corpus: CorpusPaths,
    reading: CorpusOptions,
    max_error: MaxError = None,
    errors: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write the wrong turns as annotated dialogues, in JSON Lines."
        ),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also write the report as one HTML page, with plots and dialogues."
        ),
    ] = None,
    confusions: Annotated[int, typer.Option(min=0, help="Number of confusions to list.")] = 5,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Evaluate a model on recorded dialogues, between its floors and its ceiling.

    A floor is the score of a simple baseline; the ceiling is the best score that is possible on these
    dialogues.
    """
    _check_outputs(errors, report, force)
    policy, wrong_turns = Policy.load(model), Errors()
    if max_error is not None:
        policy = policy.for_error(max_error)
    dialogues = reading.open(corpus)
    with counting("evaluating") as progress:
        evaluation = evaluate_policy(
            policy, dialogues, progress, errors=wrong_turns if errors or report else None
        )
    if errors:
        convert(wrong_turns.corpus(dialogues.name), errors, "jsonl", force=force)
        next_step = f" Next: turncast data show {errors}" if wrong_turns else ""
        note(f"Wrote {len(wrong_turns):,} wrong turns to {errors}.{next_step}")
    if report:
        write_report(report, policy, evaluation, wrong_turns, name=model.name or str(model), force=force)
        note(f"Wrote {report}; open it in a browser.")
    if as_json:
        show_json(evaluation.to_json())
    else:
        show(render_report(evaluation, confusions))


def _check_outputs(errors: Path | None, report: Path | None, force: bool) -> None:
    """Check, before the evaluation, that the output files can be written.

    Raises:
        ConfigError: where both outputs are one file, or where `--force` has nothing to replace.
        OutputExists: where a file exists, without `force`.
        MissingExtra: where the libraries for the report page are not installed.
    """
    outputs = [path for path in (errors, report) if path]
    for path in outputs:
        check_output_file(path, force=force)
    if errors and report and errors.resolve() == report.resolve():
        raise ConfigError(f"--errors and --report both name {report}; give each its own file")
    if report:
        check_libraries()
    if force and not outputs:
        raise ConfigError("--force replaces the files of --errors and --report; give one, or leave it out")
