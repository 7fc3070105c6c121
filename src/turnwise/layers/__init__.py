"""Keras layers, usable without the rest of turnwise."""

from turnwise.layers.multi_hot import MultiHot
from turnwise.layers.time_distributed import TimeDistributed

__all__ = ["MultiHot", "TimeDistributed"]
