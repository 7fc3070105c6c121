"""The accuracy of the policy between its floors and the ceiling, with 95% intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turncast.evaluation.html_report.plots.axes import in_percent
from turncast.evaluation.html_report.svg import FAINT, FIRST, GROUND, SECOND, plot
from turncast.evaluation.report import Report
from turncast.evaluation.report_figures import floor_title
from turncast.layouts import LAYOUTS
from turncast.metrics import percent

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure


def summary_plot(report: Report) -> Markup:
    """Return the plot of the accuracy of the ceiling, both runs and the floors."""
    runs = [("teacher-forced", report.teacher_forced, FIRST)]
    if report.free_running:
        runs.append(("own actions", report.free_running, SECOND))
    layout = LAYOUTS[report.layout]
    floors = sorted(report.floors.items(), key=lambda item: -item[1].value)
    rows = [("ceiling", report.ceiling.turns)]
    rows += [(name, run.turns) for name, run, _ in runs]
    rows += [(floor_title(name, layout, short=True), share) for name, share in floors]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for row, (name, run, colour) in enumerate(runs, start=1):
            low, high = run.turns_interval.low, run.turns_interval.high
            axes.plot([low, high], [row, row], color=colour, linewidth=7, alpha=0.3, zorder=2)
            axes.plot(run.turns.value, row, "o", color=colour, markersize=7, label=name)
        for row, (_, share) in enumerate(rows):
            if row == 0 or row > len(runs):
                marker = "|" if row == 0 else "o"
                axes.plot(share.value, row, marker, color=FAINT, markersize=6, markerfacecolor=GROUND)
            axes.text(
                1.03,
                row,
                percent(share.value),
                va="center",
                transform=axes.get_yaxis_transform(),
                fontsize=10,
            )
        axes.axvline(report.ceiling.turns.value, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
        axes.set(xlim=(0, 1.005), ylim=(len(rows) - 0.5, -0.5))
        axes.set_yticks(range(len(rows)), [name for name, _ in rows])
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0)
        in_percent(axes.xaxis)

    label = ", ".join(f"{name} {percent(share.value)}" for name, share in rows)
    return plot("summary", f"Accuracy: {label}.", draw, height=60 + 36 * len(rows))
