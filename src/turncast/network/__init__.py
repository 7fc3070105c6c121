"""Networks: from a configuration to a Keras model, and its weights by name."""

from turncast.network.build import build_network
from turncast.network.weights import read_weights, write_weights

__all__ = ["build_network", "read_weights", "write_weights"]
