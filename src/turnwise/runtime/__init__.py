"""The runtime: weights -> NumPy steps. It never imports Keras or JAX."""

from turnwise.runtime.network import NumpyNetwork
from turnwise.runtime.stack import State

__all__ = ["NumpyNetwork", "State"]
