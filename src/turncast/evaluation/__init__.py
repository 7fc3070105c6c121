"""Evaluation: a policy and a corpus -> a report, with its floors and its ceiling."""

from turncast.evaluation.compare import Comparison, compare
from turncast.evaluation.errors_as_dialogues import Errors
from turncast.evaluation.evaluate import evaluate
from turncast.evaluation.growth_report import GrowthReport, growth_report
from turncast.evaluation.html_report import write_report
from turncast.evaluation.report import Report

__all__ = [
    "Comparison",
    "Errors",
    "GrowthReport",
    "Report",
    "compare",
    "evaluate",
    "growth_report",
    "write_report",
]
