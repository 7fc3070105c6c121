"""Evaluation: a policy and a corpus -> a report, with floors and ceiling beside it."""

from turncast.evaluation.compare import compare
from turncast.evaluation.comparison import Comparison
from turncast.evaluation.errors_as_dialogues import Errors
from turncast.evaluation.evaluate import evaluate
from turncast.evaluation.html_report import write_report
from turncast.evaluation.report import Report

__all__ = ["Comparison", "Errors", "Report", "compare", "evaluate", "write_report"]
