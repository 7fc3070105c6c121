"""The runtime: weights -> NumPy steps, or an ONNX graph of them. It never imports Keras or JAX."""

from turncast.runtime.ensemble import Ensemble, make_network
from turncast.runtime.network import NumpyNetwork
from turncast.runtime.onnx_engine import OnnxNetwork
from turncast.runtime.onnx_graph import onnx_model
from turncast.runtime.stack import State
from turncast.runtime.weights import split_members, stack_members

__all__ = [
    "Ensemble",
    "NumpyNetwork",
    "OnnxNetwork",
    "State",
    "make_network",
    "onnx_model",
    "split_members",
    "stack_members",
]
