"""Policies: network + encoder + action space; stepping, saving and loading."""

from turncast.policy.count_table import CountTable
from turncast.policy.parts import Card
from turncast.policy.policy import Policy, PolicyState
from turncast.policy.prediction import Prediction
from turncast.policy.replace import check_output

__all__ = ["Card", "CountTable", "Policy", "PolicyState", "Prediction", "check_output"]
