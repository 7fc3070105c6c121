"""Axes that several plots share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from turncast.evaluation.html_report.svg import FAINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure


def in_percent(*axes: Axis) -> None:
    """Label the ticks of axes, which are shares of 1, as percentages."""
    for axis in axes:
        axis.set_major_formatter(lambda share, _: f"{round(100 * share, 3):g}%")


def above_counts(figure: Figure, counts: Sequence[tuple[float, int]], width: float, title: str) -> Axes:
    """Return axes above a bar chart of counts that shares their x axis.

    Args:
        figure: an empty figure.
        counts: pairs of an x value and a count.
        width: the width of a bar, in units of x.
        title: what the bars count.
    """
    from matplotlib.ticker import MaxNLocator

    above: Axes
    above, below = figure.subplots(2, sharex=True, height_ratios=(4, 1))
    below.bar([x for x, _ in counts], [count for _, count in counts], width, color=FAINT, alpha=0.5)
    below.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    below.grid(visible=False, axis="x")
    below.set_title(title, color=FAINT, fontsize=10)
    return above
