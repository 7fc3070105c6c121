"""The page, put together."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from turncast.atomic_files import check_file, replace_file
from turncast.evaluation.confusions import Confusion
from turncast.evaluation.errors_as_dialogues import Errors
from turncast.evaluation.html_report.cases import Case, cases_of
from turncast.evaluation.html_report.matrix import Matrix
from turncast.evaluation.html_report.plots import (
    Curve,
    accuracy_plot,
    curves_of,
    drawn_turns,
    loss_plot,
    reliability_plot,
    risk_plot,
    summary_plot,
    turns_plot,
)
from turncast.evaluation.html_report.render import environment, render
from turncast.evaluation.html_report.svg import figure_class
from turncast.evaluation.report import Report
from turncast.evaluation.report_text import figures, floor_title, range_name, ranges, summed
from turncast.layouts import LAYOUTS
from turncast.metrics import Fraction
from turncast.policy import Policy

_MOST_ROWS, _MOST_FACTS = 400, 8
_SCRIPT = Path(__file__).parent / "templates" / "report.js"


def check_libraries() -> None:
    """Refuse where a page cannot be made, before any work is done for it.

    Raises:
        MissingExtra: where the libraries of the extra `report` are not installed.
    """
    environment()
    figure_class()


def write_report(
    path: str | Path,
    policy: Policy,
    report: Report,
    errors: Errors,
    *,
    name: str = "the policy",
    force: bool = False,
) -> Path:
    """Write a report as a page: one HTML file under 2 MB that opens without a network.

    Args:
        path: the file.
        policy: which was judged; its training and its actions are shown.
        report: what was found.
        errors: the wrong decisions of the same evaluation.
        name: what to call the policy, as the folder that it is from.
        force: whether to replace a file that is there already.

    Raises:
        OutputExists: where something is in the way.
        MissingExtra: where the libraries of the extra `report` are not installed.

    >>> from turncast import TrainConfig, evaluate, simulate, train
    >>> policy, errors = train(simulate(dialogues=50, seed=1), config=TrainConfig(epochs=1)), Errors()
    >>> report = evaluate(policy, simulate(dialogues=10, seed=2), errors=errors)
    >>> path = write_report(getfixture("tmp_path") / "report.html", policy, report, errors)
    >>> path.read_text(encoding="utf-8").splitlines()[0]
    '<!doctype html>'
    """
    path = Path(path)
    check_file(path, force=force)
    html = report_page(policy, report, errors, name=name)
    replace_file(path, html.encode(errors="replace"))  # a text may hold half a surrogate pair
    return path


def report_page(policy: Policy, report: Report, errors: Errors, *, name: str = "the policy") -> str:
    """Return a report as HTML; see `write_report`."""
    layout, script = LAYOUTS[report.layout], _SCRIPT.read_text(encoding="utf-8")
    matrix, multi, place = (
        Matrix.of(report),
        report.sets is not None,
        "turn" if layout.decisions == "turns" else "decision",
    )
    cases = cases_of(
        report,
        errors,
        matrix.confusions,
        lambda example: render(
            "example.html", example=example, multi=multi, place=place, most_facts=_MOST_FACTS
        ),
    )
    curves = curves_of(policy.card.metrics)
    html = render(
        "report.html",
        name=name,
        report=report,
        layout=layout,
        card=policy.card,
        figures=list(figures(report, layout)),
        floors=[(floor_title(floor, layout), share) for floor, share in report.floors.items()],
        best_floor=max(report.floors.values(), key=lambda share: share.part),
        curves=curves,
        plots=_plots(report, curves, layout.decisions),
        matrix=matrix,
        cases=cases,
        untold=_others(report, cases),
        by_turn=_by_turn(report),
        drawn_turns=drawn_turns(report),
        actions=list(report.actions.items())[:_MOST_ROWS],
        unknown=_unknown(policy, report),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return str(html)


def _others(report: Report, cases: Sequence[Case]) -> list[Confusion]:
    """Return the confusions that are not among the cases."""
    shown = {case.number for case in cases}
    return [one for number, one in enumerate(report.confusions, start=1) if number not in shown]


def _plots(report: Report, curves: Sequence[Curve], decisions: str) -> Mapping[str, str]:
    """Return the plots for which there is something to draw."""
    plots = {
        "summary": summary_plot(report),
        "reliability": reliability_plot(report.calibration, decisions),
        "risk": risk_plot(report.calibration, decisions),
    }
    if len(report.teacher_forced.by_turn) > 1:
        plots["turns"] = turns_plot(report)
    if curves:
        plots["loss"] = loss_plot(curves)
        if curves[0].has_dev:
            plots["accuracy"] = accuracy_plot(curves)
    return plots


def _by_turn(report: Report) -> list[tuple[str, Fraction, Fraction | None]]:
    """Return ranges of turns with the shares that are right: teacher-forced, and after its own actions."""
    forced, free = report.teacher_forced.by_turn, report.free_running
    return [
        (
            range_name(first, last),
            summed(forced[first:last]),
            summed(free.by_turn[first:last]) if free else None,
        )
        for first, last in ranges(len(forced))
    ]


def _unknown(policy: Policy, report: Report) -> list[tuple[str, int]]:
    """Return the actions that the policy does not know, and how often each was taken."""
    strangers = ((action, score.support) for action, score in report.actions.items())
    return [(action, count) for action, count in strangers if action not in policy.space]
