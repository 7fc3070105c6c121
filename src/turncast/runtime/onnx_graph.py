"""Write a network as an ONNX graph: one turn of B conversations, with their states as inputs and outputs.

The graph is written node by node, without an exporter, so that the state is explicit and the numbers of
conversations and of bits are free (decision 18).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from turncast.config import NetworkConfig
from turncast.errors import ConfigError, ModelError
from turncast.runtime.cells import CELLS, LSTMCell
from turncast.runtime.onnx_cells import Graph, Names, add_step, import_onnx, state_names
from turncast.runtime.stack import CellStack
from turncast.runtime.weights import Weights, fold_bit_dense

FORMAT = "turncast-onnx-1"
# The oldest versions with an operator for layer normalisation, so that older runtimes can read the file.
_OPSET, _IR_VERSION = 17, 8
_MOST_BYTES = 2**31 - 2**20  # of one protobuf message


def onnx_model(
    config: NetworkConfig, weights: Weights, multi: bool, metadata: Mapping[str, str] | None = None
) -> Any:
    """Return an ONNX model of one turn of B conversations.

    Inputs: `bits` (B, K), int64, the indices of the set bits, filled up with F, the number of bits; and the
    states. Outputs: `probabilities` (B, A), with a decoder (B, k, A), and the new states, such as
    `new_state_0_output`. Before the first turn all states are zeros.

    Args:
        config: the configuration that the weights were trained with.
        weights: arrays by `layer/weight`.
        multi: sigmoid instead of softmax.
        metadata: texts to store in the file, beside its format and the numbers of features and actions.

    Returns:
        An `onnx.ModelProto`.

    Raises:
        ConfigError: for a network that cannot be written as ONNX.
        ModelError: where weights are missing, or are too large for one file.
        MissingExtra: where the library that writes ONNX is not installed.

    >>> generator = np.random.default_rng(0)
    >>> shapes = {"hidden_0/kernel": (6, 8), "hidden_0/recurrent_kernel": (2, 8), "hidden_0/bias": (8,),
    ...           "actions/kernel": (2, 3), "actions/bias": (3,)}
    >>> weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    >>> model = onnx_model(NetworkConfig(units=2), weights, multi=False)
    >>> [value.name for value in model.graph.input]
    ['bits', 'state_0_output', 'state_0_memory']
    >>> [value.name for value in model.graph.output]
    ['probabilities', 'new_state_0_output', 'new_state_0_memory']
    """
    _check(config, weights)
    onnx = import_onnx()
    try:
        writer = _Writer(config, weights, Graph(onnx))
    except KeyError as error:
        raise ModelError(f"the weights have no {error}; the model was not saved completely") from None
    answer, states = writer.turn(multi)
    return _assemble(onnx, writer, answer, states, metadata or {})


def _check(config: NetworkConfig, weights: Weights) -> None:
    if config.cell == "transformer":
        raise ConfigError(
            "setting 'cell' is 'transformer', whose state grows with the dialogue; ONNX is written for "
            f"{', '.join(CELLS)}: train with one of these"
        )
    if config.words != "bits":
        raise ConfigError(
            f"setting 'words' is {config.words!r}; ONNX is written for words as bits: train with words=bits"
        )
    total = sum(array.nbytes for array in weights.values())
    if total > _MOST_BYTES:
        raise ModelError(
            f"the weights are {total:,} bytes, and an ONNX file holds {_MOST_BYTES:,}; train with fewer "
            "units or max_words"
        )


class _Writer:
    """Writes one turn of a network into a graph.

    Attributes:
        graph: the graph.
        states: the name and the width of each array of the states.
        num_features: F.
        answer_shape: (A,) or (k, A).
    """

    def __init__(self, config: NetworkConfig, weights: Weights, graph: Graph) -> None:
        self.graph, weights = graph, fold_bit_dense(weights)
        self._stack = CellStack.from_weights(config, weights)
        decoding = config.layout_row.decoder
        kind = CELLS.get(config.cell, LSTMCell)
        self._decoder = kind.from_weights(weights, "decoder/hidden") if decoding else None
        self._actions = "decoder/actions" if decoding else "actions"
        self._kernel, self._bias = weights[f"{self._actions}/kernel"], weights[f"{self._actions}/bias"]
        self._horizon = config.horizon
        self._first_only = config.layout_row.first_turn_only
        # The layer that reads the bits: `bit_dense` only where it was too large to fold.
        self._has_bit_dense = "bit_dense/kernel" in weights
        self._first_layer = "bit_dense" if self._has_bit_dense else "hidden_0"
        self._rows = weights["bit_dense/kernel"] if self._has_bit_dense else self._stack.kernel
        self._offset = weights["bit_dense/bias"] if self._has_bit_dense else self._stack.bias
        self.num_features, width = len(self._rows), len(self._stack.bias)
        num_actions = len(self._bias)
        self.answer_shape = (config.horizon, num_actions) if decoding else (num_actions,)
        self.states = {
            f"state_{index}_{part}": config.units
            for index, cell in enumerate(self._stack.cells)
            for part in state_names(cell)
        }
        if self._first_only:
            self.states |= {"state_first_projected": width, "state_first_seen": 1}

    def turn(self, multi: bool) -> tuple[str, Names]:
        """Write a turn, and return the names of the probabilities and of the new states."""
        projected = self._project()
        first_states: Names = ()
        if self._first_only:
            projected, first_states = self._first_turn(projected)
        x, states = self._hidden(projected)
        return self._answer(x, "Sigmoid" if multi else "Softmax"), (*states, *first_states)

    def _project(self) -> str:
        """Add the bits' product with the first kernel, plus bias: the sum of the rows of the set bits.

        A row of zeros is appended, for the index F that fills up the lists of bits.
        """
        graph, stack, name = self.graph, self._stack, self._first_layer
        rows = np.concatenate([self._rows, np.zeros((1, self._rows.shape[1]), np.float32)])
        gathered = graph.add("Gather", graph.constant(f"{name}/kernel", rows), "bits", axis=0)
        summed = graph.add("ReduceSum", gathered, graph.constant("axis_1", np.array([1])), keepdims=0)
        projected = graph.add("Add", summed, graph.constant(f"{name}/bias", self._offset))
        return (
            graph.dense(projected, "hidden_0", stack.kernel, stack.bias) if self._has_bit_dense else projected
        )

    def _first_turn(self, projected: str) -> tuple[str, Names]:
        """Add the choice of the first turn's projection, which later turns read from their state."""
        graph = self.graph
        is_later = graph.add("Cast", "state_first_seen", to=9)  # to a truth value
        projected = graph.add("Where", is_later, "state_first_projected", projected)
        one = graph.constant("one", np.ones((1, 1), np.float32))
        return projected, (projected, graph.add("Max", "state_first_seen", one))

    def _hidden(self, projected: str) -> tuple[str, Names]:
        """Add the hidden layers, and return the names of the output (B, H) and of all new states."""
        graph, stack, x = self.graph, self._stack, ""
        old_states, new_states = list(self.states), list[str]()
        for index, (cell, norm) in enumerate(zip(stack.cells, stack.norms, strict=True)):
            name = f"hidden_{index}"
            projection = graph.dense(x, name, cell.kernel, cell.bias) if x else projected
            state = tuple(old_states.pop(0) for _ in state_names(cell))
            output, state = add_step(graph, cell, name, projection, state)
            new_states += state
            if stack.residual and x:
                output = graph.add("Add", output, x)
            x = output
            if norm is not None:
                scale = graph.constant(f"norm_{index}/gamma", norm[0])
                offset = graph.constant(f"norm_{index}/beta", norm[1])
                x = graph.add("LayerNormalization", output, scale, offset, axis=-1, epsilon=1e-3)
        return x, tuple(new_states)

    def _answer(self, x: str, activation: str) -> str:
        """Add the output layer, or the decoder, and return the name of the probabilities."""
        graph, decoder = self.graph, self._decoder
        attributes = {"axis": -1} if activation == "Softmax" else {}
        if decoder is None:
            logits = graph.dense(x, self._actions, self._kernel, self._bias)
            return graph.add(activation, logits, **attributes)
        projected = graph.dense(x, "decoder/hidden", decoder.kernel, decoder.bias)
        state = (graph.add("ConstantOfShape", graph.add("Shape", x)),) * len(state_names(decoder))
        answers = []
        for _ in range(self._horizon):
            output, state = add_step(graph, decoder, "decoder/hidden", projected, state)
            answers.append(graph.dense(output, self._actions, self._kernel, self._bias))
        shape = graph.constant("answers_shape", np.array([-1, *self.answer_shape]))
        logits = graph.add("Reshape", graph.add("Concat", *answers, axis=1), shape)
        return graph.add(activation, logits, **attributes)


def _assemble(onnx: Any, writer: _Writer, answer: str, states: Names, metadata: Mapping[str, str]) -> Any:
    """Return the ONNX model: the graph with its inputs, outputs and metadata."""
    helper, kinds = onnx.helper, onnx.TensorProto
    writer.graph.rename(answer, "probabilities")
    for name, output in zip(writer.states, states, strict=True):
        writer.graph.rename(output, f"new_{name}")

    def floats(name: str, *shape: int) -> Any:
        return helper.make_tensor_value_info(name, kinds.FLOAT, ["B", *shape])

    bits = helper.make_tensor_value_info("bits", kinds.INT64, ["B", "K"])
    inputs = [bits, *(floats(name, width) for name, width in writer.states.items())]
    outputs = [
        floats("probabilities", *writer.answer_shape),
        *(floats(f"new_{name}", width) for name, width in writer.states.items()),
    ]
    model = helper.make_model(
        writer.graph.proto(inputs, outputs),
        producer_name="turncast",
        opset_imports=[helper.make_opsetid("", _OPSET)],
        ir_version=_IR_VERSION,
    )
    texts = {
        "format": FORMAT,
        "features": str(writer.num_features),
        "actions": str(writer.answer_shape[-1]),
        **metadata,
    }
    helper.set_model_props(model, texts)
    return model
