"""The policy between its floors and the ceiling, with 95% intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turncast.evaluation.html_report.plots.axes import in_percent
from turncast.evaluation.html_report.svg import FAINT, FIRST, GROUND, SECOND, plot
from turncast.evaluation.report import Report

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

_NAMES = {"majority": "floor: majority", "bigram": "floor: bigram", "count_table": "floor: counts"}


def summary_plot(report: Report) -> Markup:
    """Return the shares of decisions that are right: of the ceiling, both runs and the floors."""
    runs = [("teacher-forced", report.teacher_forced, FIRST)]
    if report.free_running:
        runs.append(("own actions", report.free_running, SECOND))
    floors = sorted(report.floors.items(), key=lambda item: -item[1].value)
    rows = [("ceiling", report.ceiling.turns)]
    rows += [(name, run.turns) for name, run, _ in runs]
    rows += [(_NAMES[name], share) for name, share in floors]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for place, (name, run, colour) in enumerate(runs, start=1):
            low, high = run.turns_interval.low, run.turns_interval.high
            axes.plot([low, high], [place, place], color=colour, linewidth=7, alpha=0.3, zorder=2)
            axes.plot(run.turns.value, place, "o", color=colour, markersize=7, label=name)
        for place, (_, share) in enumerate(rows):
            if place == 0 or place > len(runs):
                marker = "|" if place == 0 else "o"
                axes.plot(share.value, place, marker, color=FAINT, markersize=6, markerfacecolor=GROUND)
            end = axes.get_yaxis_transform()
            axes.text(1.03, place, f"{share.value:.1%}", va="center", transform=end, fontsize=10)
        axes.axvline(report.ceiling.turns.value, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
        axes.set(xlim=(0, 1.005), ylim=(len(rows) - 0.5, -0.5))
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        in_percent(axes.xaxis)

    said = ", ".join(f"{name} {share.value:.1%}" for name, share in rows)
    return plot("summary", f"Share right: {said}.", draw, height=60 + 36 * len(rows))
