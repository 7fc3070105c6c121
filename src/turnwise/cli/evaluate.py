"""`turnwise evaluate`."""

from __future__ import annotations

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
from turnwise.cli.output import counting, show, show_json
from turnwise.evaluation import evaluate as evaluate_policy
from turnwise.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turnwise evaluate model/ test.jsonl

turnwise evaluate model/ test.jsonl --max-error 0.05

turnwise evaluate model/ test.jsonl --json > report.json"""


def evaluate(
    model: ModelPath,
    corpus: CorpusPaths,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    max_error: MaxError = None,
    as_json: AsJson = False,
) -> None:
    """Judge a model on recorded dialogues, beside the floors."""
    policy = Policy.load(model)
    if max_error is not None:
        policy = policy.for_error(max_error)
    with counting("judging") as progress:
        report = evaluate_policy(policy, read_corpus(corpus, format, column, read, where), progress)
    if as_json:
        show_json(report.to_json())
    else:
        show(report)
