"""The page's plots: values of a report -> SVG, each with a text for those who do not see it."""

from turncast.evaluation.html_report.plots.learning import Curve, accuracy_plot, curves_of, loss_plot
from turncast.evaluation.html_report.plots.reliability import reliability_plot
from turncast.evaluation.html_report.plots.risk import risk_plot
from turncast.evaluation.html_report.plots.summary import summary_plot
from turncast.evaluation.html_report.plots.turns import drawn_turns, turns_plot

__all__ = [
    "Curve",
    "accuracy_plot",
    "curves_of",
    "drawn_turns",
    "loss_plot",
    "reliability_plot",
    "risk_plot",
    "summary_plot",
    "turns_plot",
]
