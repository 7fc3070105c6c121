"""`turncast compare`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from turncast.cli.options import AsJson, CorpusOptions, CorpusPaths, with_option_groups
from turncast.cli.output import counting, show, show_json
from turncast.evaluation import compare as compare_policies
from turncast.evaluation.terminal import render_comparison
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast compare old/ new/ test.jsonl

turncast compare lstm/ memoryless/ test.jsonl --json > comparison.json"""


@with_option_groups
def compare(
    a: Annotated[Path, typer.Argument(metavar="A", help="The first model folder.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="The second model folder.")],
    corpus: CorpusPaths,
    reading: CorpusOptions,
    as_json: AsJson = False,
) -> None:
    """Compare two models on the same dialogues: the turns that each wins, and whether that is chance."""
    policy_a, policy_b, dialogues = Policy.load(a), Policy.load(b), reading.open(corpus)
    with counting("evaluating") as progress:
        comparison = compare_policies(policy_a, policy_b, dialogues, progress, names=(str(a), str(b)))
    if as_json:
        show_json(comparison.to_json())
    else:
        show(render_comparison(comparison))
