"""One step of one hidden layer for B conversations, as ONNX nodes; what they compute stands in `cells`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.errors import MissingExtra
from turncast.runtime.cells import DenseCell, GRUCell, LSTMCell, NumpyCell, SimpleRNNCell

Names = tuple[str, ...]
"""The names of the arrays that are a layer's state."""


class Graph:
    """A graph in the making: nodes in the order of their computation, and the weights as constants.

    Args:
        onnx: the library.
    """

    def __init__(self, onnx: Any) -> None:
        self._onnx = onnx
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add an array under this name; the same name again is the same array."""
        if name not in self._constants:
            self._constants[name] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output, and return the output's name."""
        return self.spread(operator, 1, *inputs, **attributes)[0]

    def spread(self, operator: str, count: int, *inputs: str, **attributes: Any) -> Names:
        """Add a node with so many outputs, and return their names."""
        place = len(self._nodes)
        outputs = tuple(f"{operator}_{place}_{index}" for index in range(count))
        self._nodes.append(self._onnx.helper.make_node(operator, list(inputs), list(outputs), **attributes))
        return outputs

    def dense(self, x: str, name: str, kernel: NDArray[Any], bias: NDArray[Any]) -> str:
        """Return x @ kernel + bias."""
        return self.add(
            "Gemm", x, self.constant(f"{name}/kernel", kernel), self.constant(f"{name}/bias", bias)
        )

    def called(self, name: str, output: str) -> None:
        """Give one of the nodes' outputs another name."""
        for node in self._nodes:
            for names in (node.input, node.output):
                names[:] = [name if found == output else found for found in names]

    def proto(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
        """Return the graph with its inputs and outputs."""
        constants = list(self._constants.values())
        return self._onnx.helper.make_graph(
            self._nodes, "turn", list(inputs), list(outputs), initializer=constants
        )


def state_names(cell: NumpyCell) -> Names:
    """Return what the arrays of a cell's state are called.

    >>> state_names(LSTMCell(kernel=np.zeros((3, 8)), recurrent_kernel=np.zeros((2, 8)), bias=np.zeros(8)))
    ('output', 'memory')
    """
    return ("output", "memory")[: len(cell.start())]


def add_step(graph: Graph, cell: NumpyCell, name: str, projected: str, state: Names) -> tuple[str, Names]:
    """Add one step of a cell, and return the names of its output (B, H) and its new state.

    Args:
        graph: where to.
        cell: with the weights.
        name: what the weights are called.
        projected: the input's product with the kernel plus bias.
        state: the names of the arrays (B, H) of the old state.
    """
    if isinstance(cell, LSTMCell):
        return _lstm(graph, cell, name, projected, state)
    if isinstance(cell, GRUCell):
        return _gru(graph, cell, name, projected, state)
    if isinstance(cell, SimpleRNNCell):
        output = graph.add("Tanh", _recurrent(graph, cell, name, projected, state[0]))
        return output, (output,)
    assert isinstance(cell, DenseCell)
    return graph.add("Tanh", projected), ()


def _lstm(graph: Graph, cell: LSTMCell, name: str, projected: str, state: Names) -> tuple[str, Names]:
    gates = _recurrent(graph, cell, name, projected, state[0])
    entry, forget, candidate, way_out = graph.spread("Split", 4, gates, axis=1)
    kept = graph.add("Mul", graph.add("Sigmoid", forget), state[1])
    new = graph.add("Mul", graph.add("Sigmoid", entry), graph.add("Tanh", candidate))
    memory = graph.add("Add", kept, new)
    output = graph.add("Mul", graph.add("Sigmoid", way_out), graph.add("Tanh", memory))
    return output, (output, memory)


def _gru(graph: Graph, cell: GRUCell, name: str, projected: str, state: Names) -> tuple[str, Names]:
    (old,) = state
    kernel = graph.constant(f"{name}/recurrent_kernel", cell.recurrent_kernel)
    bias = graph.constant(f"{name}/recurrent_bias", cell.recurrent_bias)
    came = graph.spread("Split", 3, projected, axis=1)
    held = graph.spread("Split", 3, graph.add("Gemm", old, kernel, bias), axis=1)
    update, reset = (graph.add("Sigmoid", graph.add("Add", came[gate], held[gate])) for gate in (0, 1))
    candidate = graph.add("Tanh", graph.add("Add", came[2], graph.add("Mul", reset, held[2])))
    # update * old + (1 - update) * candidate
    output = graph.add("Add", candidate, graph.add("Mul", update, graph.add("Sub", old, candidate)))
    return output, (output,)


def _recurrent(graph: Graph, cell: LSTMCell | SimpleRNNCell, name: str, projected: str, output: str) -> str:
    """Return output @ recurrent_kernel + projected."""
    return graph.add(
        "Gemm", output, graph.constant(f"{name}/recurrent_kernel", cell.recurrent_kernel), projected
    )


def library() -> Any:
    """Return the library that writes ONNX.

    Raises:
        MissingExtra: where it is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtra("writing ONNX", "onnx") from None
    return onnx
