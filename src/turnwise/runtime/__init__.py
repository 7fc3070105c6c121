"""The runtime: weights -> NumPy steps, or an ONNX graph of them. It never imports Keras or JAX."""

from turnwise.runtime.ensemble import OneByOne, network_of
from turnwise.runtime.members import members_of, stacked
from turnwise.runtime.network import NumpyNetwork
from turnwise.runtime.onnx_engine import OnnxNetwork
from turnwise.runtime.onnx_graph import onnx_model
from turnwise.runtime.stack import State

__all__ = [
    "NumpyNetwork",
    "OneByOne",
    "OnnxNetwork",
    "State",
    "members_of",
    "network_of",
    "onnx_model",
    "stacked",
]
