"""One step of one hidden layer for B conversations, as ONNX nodes; the formulas are those of `cells`."""

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
    """Collects the nodes of an ONNX graph, in the order of computation, and the weights as constants.

    Args:
        onnx: the library.
    """

    def __init__(self, onnx: Any) -> None:
        self._onnx = onnx
        self._nodes: list[Any] = []
        self._constants: dict[str, Any] = {}

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """Add an array as a constant, once per name, and return the name."""
        if name not in self._constants:
            self._constants[name] = self._onnx.numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def add(self, operator: str, *inputs: str, **attributes: Any) -> str:
        """Add a node with one output, and return the output's name."""
        return self.add_with_outputs(operator, 1, *inputs, **attributes)[0]

    def add_with_outputs(self, operator: str, count: int, *inputs: str, **attributes: Any) -> Names:
        """Add a node with `count` outputs, and return their names."""
        number = len(self._nodes)
        outputs = tuple(f"{operator}_{number}_{index}" for index in range(count))
        self._nodes.append(self._onnx.helper.make_node(operator, list(inputs), list(outputs), **attributes))
        return outputs

    def dense(self, x: str, name: str, kernel: NDArray[Any], bias: NDArray[Any]) -> str:
        """Add x @ kernel + bias, and return the output's name."""
        return self.add(
            "Gemm", x, self.constant(f"{name}/kernel", kernel), self.constant(f"{name}/bias", bias)
        )

    def rename(self, output: str, name: str) -> None:
        """Give an output of a node another name."""
        for node in self._nodes:
            for names in (node.input, node.output):
                names[:] = [name if old == output else old for old in names]

    def proto(self, inputs: Sequence[Any], outputs: Sequence[Any]) -> Any:
        """Return the graph with its inputs and outputs."""
        constants = list(self._constants.values())
        return self._onnx.helper.make_graph(
            self._nodes, "turn", list(inputs), list(outputs), initializer=constants
        )


def state_names(cell: NumpyCell) -> Names:
    """Return the names of the arrays of a cell's state.

    >>> state_names(LSTMCell(kernel=np.zeros((3, 8)), recurrent_kernel=np.zeros((2, 8)), bias=np.zeros(8)))
    ('output', 'memory')
    """
    return ("output", "memory")[: len(cell.start())]


def add_step(graph: Graph, cell: NumpyCell, name: str, projected: str, state: Names) -> tuple[str, Names]:
    """Add one step of a cell, and return the names of its output (B, H) and its new state.

    Args:
        graph: the graph.
        cell: the cell, with its weights.
        name: the name of the layer in the weights.
        projected: the name of input @ kernel + bias.
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
    input_gate, forget_gate, candidate, output_gate = graph.add_with_outputs("Split", 4, gates, axis=1)
    old_part = graph.add("Mul", graph.add("Sigmoid", forget_gate), state[1])
    new_part = graph.add("Mul", graph.add("Sigmoid", input_gate), graph.add("Tanh", candidate))
    memory = graph.add("Add", old_part, new_part)
    output = graph.add("Mul", graph.add("Sigmoid", output_gate), graph.add("Tanh", memory))
    return output, (output, memory)


def _gru(graph: Graph, cell: GRUCell, name: str, projected: str, state: Names) -> tuple[str, Names]:
    (old,) = state
    kernel = graph.constant(f"{name}/recurrent_kernel", cell.recurrent_kernel)
    bias = graph.constant(f"{name}/recurrent_bias", cell.recurrent_bias)
    from_input = graph.add_with_outputs("Split", 3, projected, axis=1)
    from_state = graph.add_with_outputs("Split", 3, graph.add("Gemm", old, kernel, bias), axis=1)
    update, reset = (
        graph.add("Sigmoid", graph.add("Add", from_input[gate], from_state[gate])) for gate in (0, 1)
    )
    candidate = graph.add("Tanh", graph.add("Add", from_input[2], graph.add("Mul", reset, from_state[2])))
    # update * old + (1 - update) * candidate
    output = graph.add("Add", candidate, graph.add("Mul", update, graph.add("Sub", old, candidate)))
    return output, (output,)


def _recurrent(graph: Graph, cell: LSTMCell | SimpleRNNCell, name: str, projected: str, output: str) -> str:
    """Add output @ recurrent_kernel + projected, and return the output's name."""
    return graph.add(
        "Gemm", output, graph.constant(f"{name}/recurrent_kernel", cell.recurrent_kernel), projected
    )


def import_onnx() -> Any:
    """Return the library that writes ONNX.

    Raises:
        MissingExtra: where it is not installed.
    """
    try:
        import onnx
    except ImportError:
        raise MissingExtra("writing ONNX", "onnx") from None
    return onnx
