"""The runtime: weights -> NumPy steps, or an ONNX graph of them. It never imports Keras or JAX."""

from turncast.runtime.ensemble import OneByOne, network_of
from turncast.runtime.members import members_of, stacked
from turncast.runtime.network import NumpyNetwork
from turncast.runtime.onnx_engine import OnnxNetwork
from turncast.runtime.onnx_graph import onnx_model
from turncast.runtime.stack import State

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
