"""`turncast explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from turncast.cli.options import AsJson, CorpusOptions, ModelPath, OptionalCorpusPaths, with_option_groups
from turncast.cli.output import show, show_json
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.errors import CorpusError, NoTurn, did_you_mean
from turncast.explain import explain_prediction
from turncast.explain.terminal import render_explanation
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast explain model/ dialogs.jsonl --dialogue booking-7 --turn 3

turncast explain model/ dialogs.jsonl --dialogue booking-7 --turn 3 --action book     (why not this one?)

head -n 1 dialogs.jsonl | turncast explain model/ -"""


@with_option_groups
def explain(
    model: ModelPath,
    reading: CorpusOptions,
    corpus: OptionalCorpusPaths = None,
    dialogue: Annotated[
        str | None, typer.Option(metavar="ID", help="The id of the dialogue; by default the first one.")
    ] = None,
    turn: Annotated[
        int | None, typer.Option(min=1, help="The number of the turn, from 1; by default the last one.")
    ] = None,
    action: Annotated[
        str | None, typer.Option(help="The action to explain; by default the predicted one.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="Number of rows to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Explain one prediction: leave out each input block, word, fact and earlier turn, one at a time.

    Each row shows the prediction of the policy without that part of the input.
    """
    policy = Policy.load(model)
    chosen = _find_dialogue(reading.open(corpus or ["-"]), dialogue)
    turns = policy.config.layout_row.turns_read(chosen)
    if turn is not None and turn > len(turns):
        raise NoTurn(turn, len(turns))
    explanation = explain_prediction(policy, turns[:turn], action)
    if as_json:
        show_json({"dialogue": chosen.id, **explanation.to_json()})
    else:
        show(render_explanation(explanation, top))


def _find_dialogue(corpus: Corpus, dialogue_id: str | None) -> Dialogue:
    """Return the dialogue with this id, or the first one where no id is given."""
    ids = []
    for dialogue in corpus:
        if dialogue_id in (None, dialogue.id):
            return dialogue
        ids.append(dialogue.id)
    cure = did_you_mean(dialogue_id or "", ids) or "; give one of its ids"
    raise CorpusError(corpus.name, f"there is no dialogue {dialogue_id!r}", cure.removeprefix("; "))
