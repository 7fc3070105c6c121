"""One step of one hidden layer, in NumPy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from turncast.runtime.product import AnyProduct, Vector, make_product
from turncast.runtime.weights import Weights

CellState = tuple[Vector, ...]
"""The arrays that a cell carries from turn to turn."""


class NumpyCell(Protocol):
    """One hidden layer in NumPy: the weights of its input projection, and a step.

    A step takes the vectors of one conversation, or B conversations as rows: (B, H) in place of (H,). The
    weights of k networks of one shape may be stacked, (k, F, H) in place of (F, H); each vector then is k
    rows.
    """

    kernel: NDArray[np.float32]
    bias: Vector

    def start(self) -> CellState:
        """Return the state before the first turn."""
        ...

    def step(self, projected: Vector, state: CellState) -> tuple[Vector, CellState]:
        """Return the output (H,) and the new state; `projected` is input @ kernel + bias."""
        ...


@dataclass(frozen=True, slots=True)
class LSTMCell(NumpyCell):
    """One step of a Keras LSTM: gates in the order input, forget, candidate, output.

    Args:
        kernel: (F, 4H).
        recurrent_kernel: (H, 4H).
        bias: (4H,).

    Source: Hochreiter and Schmidhuber, Long Short-Term Memory, 1997; the forget gate: Gers et al., 2000.
    """

    kernel: NDArray[np.float32]
    recurrent_kernel: NDArray[np.float32]
    bias: Vector
    _recurrent: AnyProduct = field(init=False, repr=False)
    _scale: Vector = field(init=False, repr=False)
    _offset: Vector = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # One tanh computes all gates: sigmoid(x) = tanh(x / 2) / 2 + 1/2, and the candidate is a plain tanh.
        # The factor 1/2 is not folded into the kernel; that would need a second copy (decision 24).
        gates = np.array([[0.5, 0.5], [0.5, 0.5], [1, 0], [0.5, 0.5]], np.float32)
        scale, offset = np.repeat(gates, self.recurrent_kernel.shape[-2], axis=0).T.copy()
        object.__setattr__(self, "_recurrent", make_product(self.recurrent_kernel))
        object.__setattr__(self, "_scale", scale)
        object.__setattr__(self, "_offset", offset)

    @classmethod
    def from_weights(cls, weights: Weights, layer: str) -> LSTMCell:
        """Take the layer's weights by name."""
        return cls(weights[f"{layer}/kernel"], weights[f"{layer}/recurrent_kernel"], weights[f"{layer}/bias"])

    def start(self) -> CellState:
        """Return zeros: the output and the memory, (H,) each."""
        zeros = zero_state(self.recurrent_kernel)
        return zeros, zeros

    def step(self, projected: Vector, state: CellState) -> tuple[Vector, CellState]:
        """Return the output (H,) and the new state; the arguments are not changed."""
        output, memory = state
        gates = self._recurrent(output)
        gates += projected
        gates *= self._scale
        np.tanh(gates, out=gates)
        gates *= self._scale
        gates += self._offset
        units = output.shape[-1]
        memory = gates[..., units : 2 * units] * memory
        memory += gates[..., :units] * gates[..., 2 * units : 3 * units]
        output = np.tanh(memory)
        output *= gates[..., 3 * units :]
        return output, (output, memory)


@dataclass(frozen=True, slots=True)
class GRUCell(NumpyCell):
    """One step of a Keras GRU with `reset_after`: gates in the order update, reset, candidate.

    Args:
        kernel: (F, 3H).
        recurrent_kernel: (H, 3H).
        bias: (3H,), of the input.
        recurrent_bias: (3H,), of the state.

    Source: Cho et al., Learning Phrase Representations, 2014, in the form of its version 1 (reset after).
    """

    kernel: NDArray[np.float32]
    recurrent_kernel: NDArray[np.float32]
    bias: Vector
    recurrent_bias: Vector
    _recurrent: AnyProduct = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_recurrent", make_product(self.recurrent_kernel))

    @classmethod
    def from_weights(cls, weights: Weights, layer: str) -> GRUCell:
        """Take the layer's weights by name."""
        biases, recurrent_kernel = weights[f"{layer}/bias"], weights[f"{layer}/recurrent_kernel"]
        return cls(weights[f"{layer}/kernel"], recurrent_kernel, biases[..., 0, :], biases[..., 1, :])

    def start(self) -> CellState:
        """Return zeros, (H,)."""
        return (zero_state(self.recurrent_kernel),)

    def step(self, projected: Vector, state: CellState) -> tuple[Vector, CellState]:
        """Return the output (H,) and the new state; the arguments are not changed."""
        (output,) = state
        units = output.shape[-1]
        recurrent = self._recurrent(output)
        recurrent += self.recurrent_bias
        gates = sigmoid(projected[..., : 2 * units] + recurrent[..., : 2 * units])
        update, reset = gates[..., :units], gates[..., units:]
        candidate = np.tanh(projected[..., 2 * units :] + reset * recurrent[..., 2 * units :])
        output = update * output + (1 - update) * candidate
        return output, (output,)


@dataclass(frozen=True, slots=True)
class SimpleRNNCell(NumpyCell):
    """One step of a Keras SimpleRNN.

    Args:
        kernel: (F, H).
        recurrent_kernel: (H, H).
        bias: (H,).

    Source: Elman, Finding Structure in Time, 1990.
    """

    kernel: NDArray[np.float32]
    recurrent_kernel: NDArray[np.float32]
    bias: Vector
    _recurrent: AnyProduct = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_recurrent", make_product(self.recurrent_kernel))

    @classmethod
    def from_weights(cls, weights: Weights, layer: str) -> SimpleRNNCell:
        """Take the layer's weights by name."""
        return cls(weights[f"{layer}/kernel"], weights[f"{layer}/recurrent_kernel"], weights[f"{layer}/bias"])

    def start(self) -> CellState:
        """Return zeros, (H,)."""
        return (zero_state(self.recurrent_kernel),)

    def step(self, projected: Vector, state: CellState) -> tuple[Vector, CellState]:
        """Return the output (H,) and the new state."""
        output = np.tanh(projected + self._recurrent(state[0]))
        return output, (output,)


@dataclass(frozen=True, slots=True)
class DenseCell(NumpyCell):
    """A dense layer with tanh, which carries no memory from turn to turn.

    Args:
        kernel: (F, H).
        bias: (H,).
    """

    kernel: NDArray[np.float32]
    bias: Vector

    @classmethod
    def from_weights(cls, weights: Weights, layer: str) -> DenseCell:
        """Take the layer's weights by name."""
        return cls(weights[f"{layer}/kernel"], weights[f"{layer}/bias"])

    def start(self) -> CellState:
        """Return the empty state."""
        return ()

    def step(self, projected: Vector, state: CellState) -> tuple[Vector, CellState]:
        """Return the output (H,)."""
        return np.tanh(projected), state


def zero_state(recurrent_kernel: NDArray[np.float32]) -> Vector:
    """Return the state before the first turn: (H,) zeros, or (k, H) for stacked weights."""
    return np.zeros(recurrent_kernel.shape[:-1], np.float32)


def sigmoid(x: NDArray[Any]) -> NDArray[Any]:
    """Return 1 / (1 + exp(-x)), computed by tanh, which cannot overflow."""
    half = np.float32(0.5)
    result: NDArray[Any] = half * np.tanh(half * x) + half
    return result


def softmax(x: NDArray[Any]) -> NDArray[Any]:
    """Return exp(x) / sum(exp(x)) of a vector, or of each row, without overflow."""
    if x.ndim > 1:
        rows: NDArray[Any] = np.exp(x - x.max(-1, keepdims=True))
        rows /= rows.sum(-1, keepdims=True)
        return rows
    exponentials: NDArray[Any] = x - x[x.argmax()]
    np.exp(exponentials, out=exponentials)
    exponentials /= np.add.reduce(exponentials)
    return exponentials


def normalise(x: Vector, scale: Vector, offset: Vector) -> Vector:
    """Return (x - mean) / deviation * scale + offset, as Keras's LayerNormalization (Ba et al., 2016)."""
    centred = x - x.mean(-1, keepdims=True)
    variance = (centred * centred).mean(-1, keepdims=True)
    result: Vector = centred / np.sqrt(variance + np.float32(1e-3)) * scale + offset
    return result


CELLS: Mapping[str, type[LSTMCell | GRUCell | SimpleRNNCell]] = {
    "lstm": LSTMCell,
    "gru": GRUCell,
    "simple-rnn": SimpleRNNCell,
}
"""The recurrent cells, by the setting `cell`."""
