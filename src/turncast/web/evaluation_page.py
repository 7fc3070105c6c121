"""The evaluation page: the report, the confusion matrix, and the dialogues behind its cells."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from turncast.baselines import BASELINES
from turncast.evaluation.report_figures import floor_title
from turncast.layouts import Actions
from turncast.server.refusals import ProblemDetails, Refusal
from turncast.web.cell_turns import Cell
from turncast.web.context import Context, WebContext

router = APIRouter(prefix="/ui/evaluation")

_MAX_CONFUSIONS, _MAX_DIALOGUES = 15, 20
_NO_CORPUS = ProblemDetails(
    status=409,
    type="no_corpus",
    message="There is no corpus to evaluate on.",
    where="corpus",
    cure="Start the server with --corpus.",
)
_Names = Annotated[list[str], Query(max_length=64)]


@router.get("")
def show_evaluation(context: Context) -> Response:
    """Show the report, and the confusion matrix where the model was evaluated here."""
    policy = context.policy
    status = context.evaluation.status(policy)
    result = status.result if status else None
    report = result.report if result else _saved_report(context)
    return context.show(
        "evaluation.html",
        current="evaluation",
        report=report,
        floor_titles={name: floor_title(name, policy.config.layout_row) for name in BASELINES},
        status=status,
        matrix=result.matrix if result else None,
        confusions=_largest_confusions(report),
        corpus=context.workspace.corpus,
        card=policy.card.corpus,
        cell_link=_cell_link,
        refresh=1 if status and status.is_running else 0,
    )


@router.post("")
def start_evaluation(context: Context) -> Response:
    """Start to evaluate the model on the dev part."""
    if not context.workspace.corpus:
        raise Refusal(_NO_CORPUS)
    context.evaluation.start(context.policy)
    return RedirectResponse("/ui/evaluation", 303)


@router.get("/cell")
def show_cell(
    context: Context,
    true: _Names = [],  # noqa: B006 FastAPI copies it
    predicted: _Names = [],  # noqa: B006
) -> Response:
    """Show the dialogues behind a cell of the matrix."""
    cell = tuple(true), tuple(predicted)
    status = context.evaluation.status(context.policy)
    if status is None or status.result is None:
        # The model was replaced, or the server was restarted.
        return RedirectResponse("/ui/evaluation", 303)
    cell_turns = status.result.cell_turns
    references = cell_turns.turns.get(cell, ())[:_MAX_DIALOGUES]
    _, dev = context.workspace.train_and_dev(context.policy.card.train)
    ids = {reference.dialogue for reference in references}
    dialogues = {dialogue.id: dialogue for dialogue in dev if dialogue.id in ids}
    return context.show(
        "cell.html",
        current="evaluation",
        answer=cell[0],  # `true` is a literal of Jinja
        predicted=cell[1],
        count=cell_turns.counts.get(cell, 0),
        turns=[(one.turn, dialogues[one.dialogue]) for one in references if one.dialogue in dialogues],
    )


def _cell_link(true: Actions, predicted: Actions) -> str:
    return "/ui/evaluation/cell?" + urlencode({"true": true, "predicted": predicted}, doseq=True)


def _saved_report(context: WebContext) -> dict[str, Any] | None:
    """Return the report in the model's folder; None where there is none that can be read."""
    if context.folder is None:
        return None
    try:
        report = json.loads((context.folder / "report.json").read_bytes())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) and "floors" in report else None


def _largest_confusions(report: dict[str, Any] | None) -> list[tuple[Cell, int]]:
    """Return the confusions in a report, the most frequent first."""
    confusions = report["confusions"][:_MAX_CONFUSIONS] if report else ()
    return [((tuple(one["true"]), tuple(one["predicted"])), one["count"]) for one in confusions]
