"""Networks: the one recipe from a configuration to a Keras model, and its weights by name."""

from turnwise.backend import choose_backend

choose_backend()

from turnwise.network.build import build_network  # noqa: E402  # the backend comes first
from turnwise.network.weights import read_weights  # noqa: E402

__all__ = ["build_network", "read_weights"]
