"""`turncast predict`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Annotated, Any

import typer

from turncast.cli.options import ColumnNames, Conditions, FormatName, ModelPath, ReadSettings, read_corpus
from turncast.dialogue import Dialogue, Turn, value_name
from turncast.layouts import END
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast predict model/ dialogs.jsonl > predictions.jsonl

tail -n 1 dialogs.jsonl | turncast predict model/ -"""


def predict(
    model: ModelPath,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="Files or folders with dialogues; stdin when not given.")
    ] = None,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    top: Annotated[int, typer.Option(min=1, help="How many ranked actions to print.")] = 3,
) -> None:
    """Print a JSON line for every decision, as a rule one a turn: what is predicted, and the most probable.

    Each turn is predicted after the actions that the corpus says were taken before it.
    """
    policy = Policy.load(model)
    for dialogue in read_corpus(corpus or ["-"], format, column, read, where):
        for record in _records(policy, dialogue, top):
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


def _records(policy: Policy, dialogue: Dialogue, top: int) -> Iterator[dict[str, Any]]:
    turns, true = list(dialogue), [list(turn.actions) for turn in dialogue]
    layout = policy.config.layout_row
    if layout.last_turn_only:
        outcome = dialogue.metadata.get(layout.outcome)
        turns = list(layout.turns_read(dialogue)[-1:])
        true = [[] if outcome is None else [value_name(outcome)]]
    elif layout.first_turn_only:
        turns, true = [*turns, Turn()], [*true, [END]]
    for number, (turn, right, prediction) in enumerate(
        zip(turns, true, policy.predict(dialogue), strict=True), start=1
    ):
        record = {
            "dialogue": dialogue.id,
            "turn": number,
            "user": turn.user,
            "actions": list(prediction.actions),
            "response": prediction.response,
            "probability": round(prediction.probability, 6),
            "confidence": round(prediction.confidence, 6),
            "abstains": prediction.abstains,
            "ranked": [{"action": action, "probability": round(p, 6)} for action, p in prediction.top(top)],
            "true": right,
        }
        if prediction.refused:
            record["refused"] = dict(prediction.refused)
        if prediction.ahead:
            record["ahead"] = [list(ahead.actions) for ahead in prediction.ahead]
        yield record
