"""Baselines: predictors without a network; a report calls their scores floors.

A policy is compared with them, and a share of the count table can be mixed into its predictions.
"""

from turncast.baselines.count_table import CountTable
from turncast.baselines.histories import Histories, example_histories, turn_histories
from turncast.baselines.tables import BASELINES, BaselineCounts, Baselines

__all__ = [
    "BASELINES",
    "BaselineCounts",
    "Baselines",
    "CountTable",
    "Histories",
    "example_histories",
    "turn_histories",
]
