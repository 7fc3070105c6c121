"""Reliability diagram: accuracy by confidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turncast.evaluation.calibration import Calibration, Reliability
from turncast.evaluation.html_report.plots.axes import above_counts, in_percent
from turncast.evaluation.html_report.svg import FAINT, FIRST, SECOND, plot

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure


def reliability_plot(calibration: Calibration, decisions: str) -> Markup:
    """Return the plot of the accuracy by confidence, and of the number of decisions by confidence.

    Args:
        calibration: the calibration in a report.
        decisions: what decisions are called, for example "turns".
    """
    now, before = calibration.reliability, calibration.before

    def draw(figure: Figure) -> None:
        width = 1 / len(now.bins)
        counts = [((index + 0.5) * width, bin_.right.whole) for index, bin_ in enumerate(now.bins)]
        axes = above_counts(figure, counts, width * 0.9, f"{decisions} by confidence")
        axes.plot(
            [0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (3, 3)), label="perfect calibration"
        )
        if before:
            axes.plot(*_points(before), color=SECOND, marker="s", linestyle="--", label="without temperature")
        axes.plot(*_points(now), color=FIRST, marker="o", label="this policy")
        axes.set(xlim=(0, 1.01), ylim=(0, 1.03), ylabel="right")
        axes.legend(loc="upper left")
        in_percent(axes.xaxis, axes.yaxis)
        figure.supxlabel("confidence", color=FAINT, fontsize=11)

    label = f"Accuracy by confidence; the expected calibration error is {now.error:.3f}"
    label += f", without the temperature {before.error:.3f}." if before else "."
    return plot("reliability", label, draw, height=300)


def _points(reliability: Reliability) -> tuple[list[float], list[float]]:
    """Return the mean confidence and the accuracy of each bin that is not empty."""
    bins = [bin_ for bin_ in reliability.bins if bin_.right.whole]
    return [bin_.confidence / bin_.right.whole for bin_ in bins], [bin_.right.value for bin_ in bins]
