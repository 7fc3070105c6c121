"""Policies: network + encoder + action space; stepping, saving and loading."""

from turnwise.policy.count_table import CountTable
from turnwise.policy.parts import Card
from turnwise.policy.policy import Policy, PolicyState
from turnwise.policy.prediction import Prediction
from turnwise.policy.replace import check_output

__all__ = ["Card", "CountTable", "Policy", "PolicyState", "Prediction", "check_output"]
