"""Risk against coverage: the share of wrong answers when only the most confident answers are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from turncast.evaluation.calibration import Calibration
from turncast.evaluation.html_report.plots.axes import in_percent
from turncast.evaluation.html_report.svg import FIRST, SECOND, plot

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

_POINTS = 200


def risk_plot(calibration: Calibration, decisions: str) -> Markup:
    """Return the plot of the share of wrong answers against the share of answered decisions.

    Args:
        calibration: the calibration in a report.
        decisions: what decisions are called, for example "turns".
    """
    curve = calibration.curve.thinned(_POINTS)
    answered, wrong = np.array(curve.answered), np.array(curve.wrong)
    coverage, risk = answered / answered[-1:], wrong / answered
    abstains = 0 < calibration.abstain_below <= 1

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot(coverage, risk, color=FIRST)
        axes.fill_between(coverage, risk, color=FIRST, alpha=0.12, linewidth=0)
        if abstains:
            point = calibration.answered.value, calibration.wrong.value
            title = f"abstains below {calibration.abstain_below:.3f}"
            axes.plot(*point, "D", color=SECOND, markersize=7, label=title)
            axes.legend(loc="upper left")
        top = max(0.02, float(risk.max(initial=0)) * 1.1)
        axes.set(xlim=(0, 1.01), ylim=(0, top), xlabel=f"{decisions} answered", ylabel="answers wrong")
        in_percent(axes.xaxis, axes.yaxis)

    label = f"Share of wrong answers against the share of {decisions} answered, the most confident first; "
    label += f"the area under the curve is {calibration.curve.area:.3f}."
    if abstains:
        label += f" The policy answers {calibration.answered}; {calibration.wrong} of these are wrong."
    return plot("risk", label, draw, height=300)
