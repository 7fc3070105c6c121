"""The plots of the page: values of a report -> SVG, each with an alternative text."""

from turncast.evaluation.html_report.plots.learning import (
    LearningCurve,
    accuracy_plot,
    curves_from_metrics,
    loss_plot,
)
from turncast.evaluation.html_report.plots.reliability import reliability_plot
from turncast.evaluation.html_report.plots.risk import risk_plot
from turncast.evaluation.html_report.plots.summary import summary_plot
from turncast.evaluation.html_report.plots.turns import drawn_turns, turns_plot

__all__ = [
    "LearningCurve",
    "accuracy_plot",
    "curves_from_metrics",
    "drawn_turns",
    "loss_plot",
    "reliability_plot",
    "risk_plot",
    "summary_plot",
    "turns_plot",
]
