"""What the axes of several plots have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from turncast.evaluation.html_report.svg import FAINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure


def in_percent(*axes: Axis) -> None:
    """Write shares of 1 as percentages."""
    for axis in axes:
        axis.set_major_formatter(lambda share, _: f"{round(100 * share, 3):g}%")


def above_counts(figure: Figure, counts: Sequence[tuple[float, int]], width: float, title: str) -> Axes:
    """Return axes above others, which share their x and show as bars how many there are of each.

    Args:
        figure: an empty one.
        counts: pairs of a place on the x axis and how many there are.
        width: of a bar.
        title: what is counted.
    """
    from matplotlib.ticker import MaxNLocator

    above: Axes
    above, below = figure.subplots(2, sharex=True, height_ratios=(4, 1))
    below.bar([place for place, _ in counts], [count for _, count in counts], width, color=FAINT, alpha=0.5)
    below.yaxis.set_major_locator(MaxNLocator(2, integer=True))
    below.grid(visible=False, axis="x")
    below.set_title(title, color=FAINT, fontsize=10)
    return above
