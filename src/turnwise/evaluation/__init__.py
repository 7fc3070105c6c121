"""Evaluation: a policy and a corpus -> a report, with floors and ceiling beside it."""

from turnwise.evaluation.errors_as_dialogues import Errors
from turnwise.evaluation.evaluate import evaluate
from turnwise.evaluation.report import Report

__all__ = ["Errors", "Report", "evaluate"]
