"""Whether probabilities can be believed: how often decisions are right that claim to be so sure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from turncast.evaluation.calibration import Calibration, Reliability
from turncast.evaluation.html_report.plots.axes import above_counts, in_percent
from turncast.evaluation.html_report.svg import FAINT, FIRST, SECOND, plot

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure


def reliability_plot(calibration: Calibration, decisions: str) -> Markup:
    """Return the share right by confidence, and how many decisions are so sure.

    Args:
        calibration: of a report.
        decisions: what decisions are called, as "turns".
    """
    now, before = calibration.reliability, calibration.before

    def draw(figure: Figure) -> None:
        width = 1 / len(now.bins)
        counts = [((place + 0.5) * width, one.right.whole) for place, one in enumerate(now.bins)]
        axes = above_counts(figure, counts, width * 0.9, f"{decisions} so sure")
        axes.plot([0, 1], [0, 1], color=FAINT, linewidth=1, linestyle=(0, (3, 3)), label="as sure as right")
        if before:
            axes.plot(*_points(before), color=SECOND, marker="s", linestyle="--", label="without temperature")
        axes.plot(*_points(now), color=FIRST, marker="o", label="this policy")
        axes.set(xlim=(0, 1.01), ylim=(0, 1.03), ylabel="right")
        axes.legend(loc="upper left")
        in_percent(axes.xaxis, axes.yaxis)
        figure.supxlabel("confidence", color=FAINT, fontsize=11)

    said = f"Share right by confidence; the expected calibration error is {now.error:.3f}"
    said += f", without the temperature {before.error:.3f}." if before else "."
    return plot("reliability", said, draw, height=300)


def _points(reliability: Reliability) -> tuple[list[float], list[float]]:
    """Return the mean confidence, and the share right, of each bin that holds decisions."""
    bins = [one for one in reliability.bins if one.right.whole]
    return [one.confidence / one.right.whole for one in bins], [one.right.value for one in bins]
