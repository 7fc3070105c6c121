"""Accuracy by turn number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turncast.evaluation.html_report.plots.axes import above_counts, in_percent
from turncast.evaluation.html_report.svg import FAINT, FIRST, SECOND, plot
from turncast.evaluation.report import Report

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

_MOST_TURNS, _FEWEST_DIALOGUES = 40, 10


def drawn_turns(report: Report) -> int:
    """Return how many turns the plot shows: at most 40, and only turns that enough dialogues have."""
    counts = [share.whole for share in report.teacher_forced.by_turn[:_MOST_TURNS]]
    return sum(count >= min(_FEWEST_DIALOGUES, counts[0]) for count in counts)


def turns_plot(report: Report) -> Markup:
    """Return the plot of the accuracy at the first turn of all dialogues, the second and so on."""
    turns, free = drawn_turns(report), report.free_running
    forced = report.teacher_forced.by_turn[:turns]
    numbers = range(1, len(forced) + 1)

    def draw(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        counts = [(number, share.whole) for number, share in zip(numbers, forced, strict=True)]
        axes = above_counts(figure, counts, 0.85, "dialogues with this turn")
        if free:
            shares = [share.value for share in free.by_turn[:turns]]
            axes.plot(numbers, shares, color=SECOND, marker="s", linestyle="--", label="own actions")
        axes.plot(numbers, [share.value for share in forced], color=FIRST, marker="o", label="teacher-forced")
        axes.set_ylim(0, 1.03)
        axes.legend(loc="lower left")
        in_percent(axes.yaxis)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        figure.supxlabel("turn", color=FAINT, fontsize=11)

    first, last = forced[0], forced[-1]
    label = f"Accuracy by turn: {first} at turn 1, {last} at turn {len(forced)}."
    return plot("turns", label, draw, height=300)
