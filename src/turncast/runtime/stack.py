"""The hidden layers on one another, one step of them all, in NumPy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.runtime.attention_cell import TransformerCell
from turncast.runtime.cells import CELLS, Cell, CellState, DenseCell, Weights, normalise
from turncast.runtime.product import AnyProduct, Vector, product_of

State = tuple[CellState, ...]
"""The state of each hidden layer."""


class Stack(Protocol):
    """Hidden layers: the product with the input's kernel stands apart, for bits have a short cut to it."""

    kernel: NDArray[np.float32]
    bias: Vector

    def start(self) -> State:
        """Return the state before the first turn."""
        ...

    def step(self, projected: Vector, state: State) -> tuple[Vector, State]:
        """Return the output (H,) and the new state, from the input's product with the kernel plus bias."""
        ...


def stack_of(config: NetworkConfig, weights: Weights) -> Stack:
    """Take the hidden layers' weights by name."""
    if config.cell == "transformer":
        return TransformerStack.of(config, weights)
    return CellStack.of(config, weights)


@dataclass(frozen=True, slots=True)
class CellStack(Stack):
    """Recurrent (or dense) layers, with residuals and norms where the settings say so.

    Attributes:
        cells: one a layer.
        residual: whether each layer after the first adds its input to its output.
        norms: scale and offset, (H,) each, or None.
    """

    cells: tuple[Cell, ...]
    residual: bool
    norms: tuple[tuple[Vector, Vector] | None, ...]
    _products: tuple[AnyProduct | None, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        products = (product_of(cell.kernel) for cell in self.cells[1:])
        object.__setattr__(self, "_products", (None, *products))  # the first layer's is made before

    @classmethod
    def of(cls, config: NetworkConfig, weights: Weights) -> CellStack:
        """Take the layers' weights by name."""
        kind = CELLS[config.cell] if config.layout_row.memory else DenseCell
        cells = tuple(kind.of(weights, f"hidden_{index}") for index in range(config.layers))
        norms = tuple(
            (weights[f"norm_{index}/gamma"], weights[f"norm_{index}/beta"]) if config.layer_norm else None
            for index in range(config.layers)
        )
        return cls(cells, config.residual, norms)

    @property
    def kernel(self) -> NDArray[np.float32]:  # type: ignore[override]
        """The first layer's kernel."""
        return self.cells[0].kernel

    @property
    def bias(self) -> Vector:  # type: ignore[override]
        """The first layer's bias."""
        return self.cells[0].bias

    def start(self) -> State:
        """Return the state before the first turn."""
        return tuple(cell.start() for cell in self.cells)

    def step(self, projected: Vector, state: State) -> tuple[Vector, State]:
        """Return the output (H,) and the new state."""
        new_states: list[CellState] = []
        below = projected
        for cell, old, norm, product in zip(self.cells, state, self.norms, self._products, strict=True):
            output, new = cell.step(below if product is None else product(below) + cell.bias, old)
            if self.residual and product is not None:
                output = output + below
            below = output if norm is None else normalise(output, *norm)
            new_states.append(new)
        return below, tuple(new_states)


@dataclass(frozen=True, slots=True)
class TransformerStack(Stack):
    """A projection, transformer blocks with their keys and values as state, and a norm.

    Attributes:
        kernel: (F, H), of the projection.
        bias: (H,).
        cells: one a block.
        norm: scale and offset, (H,) each.
    """

    kernel: NDArray[np.float32]
    bias: Vector
    cells: tuple[TransformerCell, ...]
    norm: tuple[Vector, Vector]

    @classmethod
    def of(cls, config: NetworkConfig, weights: Weights) -> TransformerStack:
        """Take the blocks' weights by name."""
        cells = tuple(
            TransformerCell.of(weights, f"hidden_{index}", config.heads) for index in range(config.layers)
        )
        norm = weights["norm_last/gamma"], weights["norm_last/beta"]
        return cls(weights["projection/kernel"], weights["projection/bias"], cells, norm)

    def start(self) -> State:
        """Return the state before the first turn: no keys, no values."""
        return tuple(cell.start() for cell in self.cells)

    def step(self, projected: Vector, state: State) -> tuple[Vector, State]:
        """Return the output (H,) and the new state."""
        new_states: list[CellState] = []
        output = projected
        for cell, old in zip(self.cells, state, strict=True):
            output, new = cell.step(output, old)
            new_states.append(new)
        return normalise(output, *self.norm), tuple(new_states)
