"""The evaluation: how good the model is, what it takes for what, and the dialogues behind that."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from turncast.server.refusals import ProblemDetails, Refusal
from turncast.web.confusions import Cell, Confusions
from turncast.web.context import Here, Site
from turncast.web.evaluation_job import dialogues_of

router = APIRouter(prefix="/ui/evaluation")

_MATRIX, _WORST, _DIALOGUES = 12, 15, 20
_NO_CORPUS = ProblemDetails(
    status=409,
    type="no_corpus",
    message="There is no corpus to evaluate on.",
    where="corpus",
    cure="Start the server with --corpus.",
)
_Names = Annotated[list[str], Query(max_length=64)]


@router.get("")
def look(site: Here) -> Response:
    """Show the report, and the confusions where they were computed."""
    policy = site.policy
    judgement = site.judging.of(policy)
    found = judgement.confusions if judgement else None
    report = (judgement.report if judgement else None) or _kept_report(site)
    return site.show(
        "evaluation.html",
        here="evaluation",
        report=report,
        judgement=judgement,
        matrix=_matrix(found) if found else None,
        worst=(found.wrong if found else _kept_confusions(report))[:_WORST],
        corpus=site.workspace.corpus,
        card=policy.card.corpus,
        cell_link=_cell_link,
        refresh=1 if judgement and judgement.runs else 0,
    )


@router.post("")
def judge(site: Here) -> Response:
    """Begin to judge the model on the dev part."""
    if not site.workspace.corpus:
        raise Refusal(_NO_CORPUS)
    site.judging.start(site.policy)
    return RedirectResponse("/ui/evaluation", 303)


@router.get("/cell")
def cell(site: Here, true: _Names = [], taken: _Names = []) -> Response:  # noqa: B006 FastAPI copies it
    """Show the dialogues behind a cell of the matrix."""
    wanted = tuple(true), tuple(taken)
    judgement = site.judging.of(site.policy)
    if judgement is None or judgement.confusions is None:
        return RedirectResponse("/ui/evaluation", 303)  # the model was replaced, or the server started anew
    places = judgement.confusions.places.get(wanted, ())
    _, dev = site.workspace.parts(site.policy.card.train)
    shown = places[:_DIALOGUES]
    dialogues = dialogues_of(dev, {place.dialogue for place in shown})
    return site.show(
        "cell.html",
        here="evaluation",
        right=wanted[0],
        taken=wanted[1],
        count=judgement.confusions.counts.get(wanted, 0),
        found=[(place, dialogues[place.dialogue]) for place in shown if place.dialogue in dialogues],
    )


def _cell_link(cell: Cell) -> str:
    return "/ui/evaluation/cell?" + urlencode({"true": cell[0], "taken": cell[1]}, doseq=True)


def _kept_report(site: Site) -> dict[str, Any] | None:
    """Return the report in the model's folder; None where there is none that can be read."""
    if site.folder is None:
        return None
    try:
        report = json.loads((site.folder / "report.json").read_bytes())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) and "floors" in report else None


def _kept_confusions(report: dict[str, Any] | None) -> list[tuple[Cell, int]]:
    """Return the confusions in a report, the most frequent first."""
    kept = (report or {}).get("confusions", ())
    return [((tuple(one["true"]), tuple(one["predicted"])), one["count"]) for one in kept]


def _matrix(found: Confusions) -> dict[str, Any]:
    """Return the names of a matrix, and its rows of cells: each with its names, its count and its shade."""
    names = found.matrix(_MATRIX)
    rows = []
    for true in names:
        whole = sum(count for (one, _), count in found.counts.items() if one == true)
        counts = {(true, taken): found.counts.get((true, taken), 0) for taken in names}
        cells = [(cell, count, _shade(count, whole)) for cell, count in counts.items()]
        rows.append((true, cells, whole - sum(counts.values())))
    return {"names": names, "rows": rows, "left_out": len({true for true, _ in found.counts} - set(names))}


def _shade(count: int, whole: int) -> int:
    """Return how dark a cell is, 0 to 5."""
    return min(5, 1 + int(4 * count / whole)) if count else 0
