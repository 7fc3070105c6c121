"""Evaluation: a policy and a corpus -> a report, with floors and ceiling beside it."""

from turnwise.evaluation.compare import compare
from turnwise.evaluation.comparison import Comparison
from turnwise.evaluation.errors_as_dialogues import Errors
from turnwise.evaluation.evaluate import evaluate
from turnwise.evaluation.page import write_report
from turnwise.evaluation.report import Report

__all__ = ["Comparison", "Errors", "Report", "compare", "evaluate", "write_report"]
