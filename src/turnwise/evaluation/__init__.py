"""Evaluation: a policy and a corpus -> a report, with the floors beside it."""

from turnwise.evaluation.evaluate import evaluate
from turnwise.evaluation.report import Report

__all__ = ["Report", "evaluate"]
