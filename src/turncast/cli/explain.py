"""`turncast explain`."""

from __future__ import annotations

from typing import Annotated

import typer

from turncast.cli.options import (
    AsJson,
    ColumnNames,
    Conditions,
    FormatName,
    ModelPath,
    ReadSettings,
    read_corpus,
)
from turncast.cli.output import show, show_json
from turncast.corpus import Corpus
from turncast.dialogue import Dialogue
from turncast.errors import CorpusError, NoTurn, did_you_mean
from turncast.explain import explain_prediction
from turncast.policy import Policy

EXAMPLES = """[bold]Examples[/bold]

turncast explain model/ dialogs.jsonl --dialogue booking-7 --turn 3

turncast explain model/ dialogs.jsonl --dialogue booking-7 --turn 3 --action book     (why not this one?)

head -n 1 dialogs.jsonl | turncast explain model/ -"""


def explain(
    model: ModelPath,
    corpus: Annotated[
        list[str] | None, typer.Argument(help="Files or folders with dialogues; stdin when not given.")
    ] = None,
    dialogue: Annotated[
        str | None, typer.Option(metavar="ID", help="Which dialogue; the first when not given.")
    ] = None,
    turn: Annotated[
        int | None, typer.Option(min=1, help="Which turn, counted from 1; the last when not given.")
    ] = None,
    action: Annotated[
        str | None, typer.Option(help="Whose probability to follow; the predicted one when not given.")
    ] = None,
    format: FormatName = None,
    column: ColumnNames = None,
    read: ReadSettings = None,
    where: Conditions = None,
    top: Annotated[int, typer.Option(min=1, help="How many rows to show.")] = 10,
    as_json: AsJson = False,
) -> None:
    """Say what changed one prediction most: each block, word, fact and earlier turn is left out in turn.

    Every figure is what the policy gives for the dialogue without that thing.
    """
    policy = Policy.load(model)
    chosen = _chosen(read_corpus(corpus or ["-"], format, column, read, where), dialogue)
    turns = policy.config.layout_row.turns_read(chosen)
    if turn is not None and turn > len(turns):
        raise NoTurn(turn, len(turns))
    found = explain_prediction(policy, turns[:turn], action)
    if as_json:
        show_json({"dialogue": chosen.id, **found.to_json()})
    else:
        show(found.table(top))


def _chosen(corpus: Corpus, wanted: str | None) -> Dialogue:
    ids = []
    for dialogue in corpus:
        if wanted in (None, dialogue.id):
            return dialogue
        ids.append(dialogue.id)
    near = did_you_mean(wanted or "", ids) or "; give one of its ids"
    raise CorpusError(corpus.name, f"there is no dialogue {wanted!r}", near.removeprefix("; "))
