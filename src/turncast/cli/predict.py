"""`turncast predict`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from turncast.cli.options import CorpusOptions, ModelPath, OptionalCorpusPaths, Top, with_option_groups
from turncast.cli.output import note, show_json_line
from turncast.dialogue import Dialogue, Turn, value_name
from turncast.layouts import END
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast predict model/ dialogs.jsonl > predictions.jsonl

tail -n 1 dialogs.jsonl | turncast predict model/ -"""

_MAX_UNUSED = 5  # kinds that are listed


@with_option_groups
def predict(
    model: ModelPath,
    reading: CorpusOptions,
    corpus: OptionalCorpusPaths = None,
    top: Top = 3,
) -> None:
    """Print a JSON line for every decision, in most layouts one per turn: the prediction and its top actions.

    The previous actions are those recorded in the corpus (teacher forcing). In most layouts one more line per
    dialogue, with "next": true, predicts the turn that has not happened yet.
    """
    policy, unused = Policy.load(model), Counter[str]()
    for dialogue in reading.open(corpus or ["-"], pending=True):
        for record in _records(policy, dialogue, top):
            show_json_line(record)
        unused.update(one.kind for turn in dialogue for one in policy.inputs.unused(turn))
    for kind, turns in unused.most_common(_MAX_UNUSED):
        note(f"Not used by the model: {kind} ({turns:,} x)")
    if len(unused) > _MAX_UNUSED:
        note(f"Not used by the model: {len(unused) - _MAX_UNUSED:,} other facts")


def _records(policy: Policy, dialogue: Dialogue, top: int) -> Iterator[dict[str, Any]]:
    """Yield a record for every decision of a dialogue, with its true actions where they are known."""
    layout = policy.config.layout_row
    if not dialogue.turns and dialogue.pending and (layout.last_turn_only or layout.first_turn_only):
        dialogue = replace(dialogue, turns=(dialogue.pending,))
    true_actions: list[list[str] | None] = [list(turn.actions) for turn in dialogue]
    turns = list(dialogue)
    if layout.last_turn_only:
        outcome = dialogue.metadata.get(layout.outcome)
        turns = list(layout.turns_read(dialogue)[-1:])
        true_actions = [[] if outcome is None else [value_name(outcome)]]
    elif layout.first_turn_only:
        turns, true_actions = [*turns, Turn()], [*true_actions, [END]]
    else:
        turns, true_actions = [*turns, dialogue.pending or Turn()], [*true_actions, None]
        dialogue = replace(dialogue, turns=tuple(turns))
    for number, (turn, true, prediction) in enumerate(
        zip(turns, true_actions, policy.predict(dialogue), strict=True), start=1
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
            "true": true,
        }
        if true is None:
            record["next"] = True
        if prediction.refused:
            record["refused"] = dict(prediction.refused)
        if prediction.ahead:
            record["ahead"] = [list(ahead.actions) for ahead in prediction.ahead]
        yield record
