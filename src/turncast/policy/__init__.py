"""Policies: network + encoder + action space; stepping, saving and loading."""

from turncast.policy.artifacts import Card
from turncast.policy.policy import Policy, PolicyState
from turncast.policy.prediction import Prediction

__all__ = ["Card", "Policy", "PolicyState", "Prediction"]
