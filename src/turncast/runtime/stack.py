"""All hidden layers of a network, stepped together in NumPy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.runtime.attention_cell import TransformerCell
from turncast.runtime.cells import CELLS, CellState, DenseCell, NumpyCell, normalise
from turncast.runtime.product import AnyProduct, Vector, make_product
from turncast.runtime.weights import Weights

State = tuple[CellState, ...]
"""The state of each hidden layer."""


class Stack(Protocol):
    """The hidden layers of a network.

    The caller computes the first layer's product with the input, because for bits it is a sum of rows.
    """

    @property
    def kernel(self) -> NDArray[np.float32]:
        """The first layer's kernel, (F, Z)."""
        ...

    @property
    def bias(self) -> Vector:
        """The first layer's bias, (Z,)."""
        ...

    def start(self) -> State:
        """Return the state before the first turn."""
        ...

    def step(self, projected: Vector, state: State) -> tuple[Vector, State]:
        """Return the output (H,) and the new state; `projected` is input @ kernel + bias."""
        ...


def make_stack(config: NetworkConfig, weights: Weights) -> Stack:
    """Return the hidden layers of a configuration, with their weights."""
    if config.cell == "transformer":
        return TransformerStack.from_weights(config, weights)
    return CellStack.from_weights(config, weights)


@dataclass(frozen=True, slots=True)
class CellStack:
    """Recurrent or dense layers, with residual connections and layer norms where the settings ask for them.

    Attributes:
        cells: one per layer.
        residual: whether each layer after the first adds its input to its output.
        norms: scale and offset, (H,) each, or None.
    """

    cells: tuple[NumpyCell, ...]
    residual: bool
    norms: tuple[tuple[Vector, Vector] | None, ...]
    _products: tuple[AnyProduct | None, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        products = (make_product(cell.kernel) for cell in self.cells[1:])
        # None: the caller computes the first layer's product.
        object.__setattr__(self, "_products", (None, *products))

    @classmethod
    def from_weights(cls, config: NetworkConfig, weights: Weights) -> CellStack:
        """Return the layers with their weights."""
        kind = CELLS[config.cell] if config.layout_row.memory else DenseCell
        cells = tuple(kind.from_weights(weights, f"hidden_{index}") for index in range(config.layers))
        norms = tuple(
            (weights[f"norm_{index}/gamma"], weights[f"norm_{index}/beta"]) if config.layer_norm else None
            for index in range(config.layers)
        )
        return cls(cells, config.residual, norms)

    @property
    def kernel(self) -> NDArray[np.float32]:
        """The first layer's kernel."""
        return self.cells[0].kernel

    @property
    def bias(self) -> Vector:
        """The first layer's bias."""
        return self.cells[0].bias

    def start(self) -> State:
        """Return the state before the first turn."""
        return tuple(cell.start() for cell in self.cells)

    def step(self, projected: Vector, state: State) -> tuple[Vector, State]:
        """Return the output (H,) and the new state."""
        new_states: list[CellState] = []
        x = projected
        for cell, old_state, norm, product in zip(self.cells, state, self.norms, self._products, strict=True):
            output, new_state = cell.step(x if product is None else product(x) + cell.bias, old_state)
            if self.residual and product is not None:
                output = output + x
            x = output if norm is None else normalise(output, *norm)
            new_states.append(new_state)
        return x, tuple(new_states)


@dataclass(frozen=True, slots=True)
class TransformerStack:
    """A projection, transformer blocks (their state is their keys and values) and a layer norm.

    Attributes:
        kernel: (F, H), of the projection.
        bias: (H,).
        cells: one per block.
        norm: scale and offset, (H,) each.
    """

    kernel: NDArray[np.float32]
    bias: Vector
    cells: tuple[TransformerCell, ...]
    norm: tuple[Vector, Vector]

    @classmethod
    def from_weights(cls, config: NetworkConfig, weights: Weights) -> TransformerStack:
        """Return the blocks with their weights."""
        names = (f"hidden_{index}" for index in range(config.layers))
        cells = tuple(TransformerCell.from_weights(weights, name, config.heads) for name in names)
        norm = weights["norm_last/gamma"], weights["norm_last/beta"]
        return cls(weights["projection/kernel"], weights["projection/bias"], cells, norm)

    def start(self) -> State:
        """Return the state before the first turn: no keys, no values."""
        return tuple(cell.start() for cell in self.cells)

    def step(self, projected: Vector, state: State) -> tuple[Vector, State]:
        """Return the output (H,) and the new state."""
        new_states: list[CellState] = []
        x = projected
        for cell, old_state in zip(self.cells, state, strict=True):
            x, new_state = cell.step(x, old_state)
            new_states.append(new_state)
        return normalise(x, *self.norm), tuple(new_states)
