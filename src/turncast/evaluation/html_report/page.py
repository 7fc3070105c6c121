"""A report as one HTML page: collects the values, and fills in the template."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from turncast.atomic_files import check_output_file, replace_file
from turncast.evaluation.confusions import Confusion
from turncast.evaluation.errors_as_dialogues import Errors
from turncast.evaluation.html_report.confusion_examples import ConfusionExamples, confusion_examples
from turncast.evaluation.html_report.confusion_matrix import ConfusionMatrix
from turncast.evaluation.html_report.plots import (
    LearningCurve,
    accuracy_plot,
    curves_from_metrics,
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
from turncast.evaluation.report_figures import (
    figures,
    floor_title,
    range_name,
    ranges,
    summed,
)
from turncast.layouts import LAYOUTS
from turncast.metrics import Fraction
from turncast.policy import Policy

_MOST_ROWS, _MOST_FACTS = 400, 8
_SCRIPT = Path(__file__).parent / "templates" / "report.js"


def check_libraries() -> None:
    """Check, before any other work, that the libraries for a page are installed.

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
    """Write a report as an HTML page: one file under 2 MB that opens without a network.

    Args:
        path: the file.
        policy: the evaluated policy; the page shows its training and its actions.
        report: the report of the policy.
        errors: the wrong decisions, collected by the same evaluation.
        name: the name of the policy, for example its folder.
        force: whether to replace an existing file.

    Raises:
        OutputExists: where the file exists already, or something else is in its place.
        MissingExtra: where the libraries of the extra `report` are not installed.

    >>> from turncast import TrainConfig, evaluate, simulate, train
    >>> policy, errors = train(simulate(dialogues=50, seed=1), config=TrainConfig(epochs=1)), Errors()
    >>> report = evaluate(policy, simulate(dialogues=10, seed=2), errors=errors)
    >>> path = write_report(getfixture("tmp_path") / "report.html", policy, report, errors)
    >>> path.read_text(encoding="utf-8").splitlines()[0]
    '<!doctype html>'
    """
    path = Path(path)
    check_output_file(path, force=force)
    html = report_page(policy, report, errors, name=name)
    replace_file(path, html.encode(errors="replace"))  # a text may hold half a surrogate pair
    return path


def report_page(policy: Policy, report: Report, errors: Errors, *, name: str = "the policy") -> str:
    """Return a report as HTML; see `write_report`."""
    layout, script = LAYOUTS[report.layout], _SCRIPT.read_text(encoding="utf-8")
    matrix = ConfusionMatrix.from_report(report)
    render_example = partial(
        render,
        "example.html",
        multi=report.sets is not None,
        decision="turn" if layout.decisions == "turns" else "decision",
        most_facts=_MOST_FACTS,
    )
    confusions = confusion_examples(
        report, errors, matrix.confusions, lambda example: render_example(example=example)
    )
    curves = curves_from_metrics(policy.card.metrics)
    html = render(
        "report.html",
        name=name,
        report=report,
        layout=layout,
        card=policy.card,
        figures=list(figures(report)),
        floors=[(floor_title(floor, layout), share) for floor, share in report.floors.items()],
        best_floor=max(report.floors.values(), key=lambda share: share.part),
        curves=curves,
        plots=_plots(report, curves, layout.decisions),
        matrix=matrix,
        confusions=confusions,
        other_confusions=_others(report, confusions),
        by_turn=_by_turn(report),
        drawn_turns=drawn_turns(report),
        actions=list(report.actions.items())[:_MOST_ROWS],
        unknown=_unknown(policy, report),
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )
    return str(html)


def _others(report: Report, shown: Sequence[ConfusionExamples]) -> list[Confusion]:
    """Return the confusions that the page does not show."""
    numbers = {examples.number for examples in shown}
    return [one for number, one in enumerate(report.confusions, start=1) if number not in numbers]


def _plots(report: Report, curves: Sequence[LearningCurve], decisions: str) -> Mapping[str, str]:
    """Return the plots that have something to draw, by name."""
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
    """Return the name of each range of turns, and its right turns: teacher-forced and free-running."""
    forced, free = report.teacher_forced.by_turn, report.free_running
    return [
        (
            range_name(first, end),
            summed(forced[first:end]),
            summed(free.by_turn[first:end]) if free else None,
        )
        for first, end in ranges(len(forced))
    ]


def _unknown(policy: Policy, report: Report) -> list[tuple[str, int]]:
    """Return the actions that the policy does not know, and how often each was taken."""
    counts = ((action, score.support) for action, score in report.actions.items())
    return [(action, count) for action, count in counts if action not in policy.space]
