"""`turnwise predict`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from turnwise.cli.options import ColumnNames, Conditions, FormatName, ModelPath, read_corpus
from turnwise.dialogue import Dialogue
from turnwise.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turnwise predict model/ dialogs.jsonl > predictions.jsonl

tail -n 1 dialogs.jsonl | turnwise predict model/ -"""


def predict(
    model: ModelPath,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="Files or folders with dialogues; stdin when not given.")
    ] = None,
    format: FormatName = None,
    column: ColumnNames = None,
    where: Conditions = None,
    top: Annotated[int, typer.Option(min=1, help="How many ranked actions to print.")] = 3,
) -> None:
    """Print a JSON line for every turn: the predicted actions, and the most probable ones.

    Each turn is predicted after the actions that the corpus says were taken before it.
    """
    policy = Policy.load(model)
    for dialogue in read_corpus(corpus or ["-"], format, column, where):
        for record in _records(policy, dialogue, top):
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _records(policy: Policy, dialogue: Dialogue, top: int) -> Iterator[dict[str, Any]]:
    for number, (turn, prediction) in enumerate(
        zip(dialogue, policy.predict(dialogue), strict=True), start=1
    ):
        yield {
            "dialogue": dialogue.id,
            "turn": number,
            "user": turn.user,
            "actions": list(prediction.actions),
            "probability": round(prediction.probability, 6),
            "ranked": [{"action": action, "probability": round(p, 6)} for action, p in prediction.top(top)],
            "true": list(turn.actions),
        }
