"""One step of a transformer block, in NumPy; its state is its keys and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.alibi import alibi_slopes
from turncast.runtime.cells import CellState, normalise
from turncast.runtime.product import Product, Vector
from turncast.runtime.weights import Weights

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TransformerCell:
    """One step of `turncast.layers.CausalTransformer`: the new turn attends to itself and to those before.

    The state holds a key and a value (H,) for each turn so far, so the cost of a step grows with the length
    of the dialogue, not with its square.

    Attributes:
        heads: the number of attention heads.
        slopes: the ALiBi slope of each head, (heads, 1): how much a turn of distance lowers its score.
        weights: the block's biases, scales and offsets, by their name in the layer.
        products: the block's kernels, by their name in the layer.

    Sources: Vaswani et al., 2017; Press et al. (ALiBi), 2022.
    """

    heads: int
    slopes: Matrix
    weights: Weights
    products: Mapping[str, Product]

    @classmethod
    def from_weights(cls, weights: Weights, layer: str, heads: int) -> TransformerCell:
        """Return the cell with the weights of a layer.

        Raises:
            KeyError: where there are none of that layer.
        """
        layer_weights = {
            name.removeprefix(f"{layer}/"): array
            for name, array in weights.items()
            if name.startswith(f"{layer}/")
        }
        if "qkv_kernel" not in layer_weights:
            raise KeyError(f"{layer}/qkv_kernel")
        kernels = {name: array for name, array in layer_weights.items() if array.ndim == 2}
        return cls(
            heads=heads,
            slopes=alibi_slopes(heads)[:, None],
            weights={name: array for name, array in layer_weights.items() if name not in kernels},
            products={name: Product.from_kernel(kernel) for name, kernel in kernels.items()},
        )

    def start(self) -> CellState:
        """Return the keys and the values before the first turn, (0, H) each."""
        units = len(self.weights["out_bias"])
        return np.zeros((0, units), np.float32), np.zeros((0, units), np.float32)

    def step(self, x: Vector, state: CellState) -> tuple[Vector, CellState]:
        """Return the output (H,) for the input (H,), and the state with one more key and value."""
        w, product = self.weights, self.products
        normal = normalise(x, w["attention_norm_scale"], w["attention_norm_offset"])
        query, key, value = np.split(product["qkv_kernel"](normal) + w["qkv_bias"], 3)
        keys, values = np.concatenate([state[0], key[None]]), np.concatenate([state[1], value[None]])
        x = x + product["out_kernel"](self._attend(query, keys, values)) + w["out_bias"]
        normal = normalise(x, w["feed_norm_scale"], w["feed_norm_offset"])
        inner = np.maximum(product["in_kernel"](normal) + w["in_bias"], 0)
        output: Vector = x + product["back_kernel"](inner) + w["back_bias"]
        return output, (keys, values)

    def _attend(self, query: Vector, keys: Matrix, values: Matrix) -> Vector:
        """Return the values weighted by softmax(query . key / sqrt(size) - slope * distance), (H,)."""
        turns, size = len(keys), len(query) // self.heads
        heads = keys.reshape(turns, self.heads, size)
        scores = np.einsum("hs,khs->hk", query.reshape(self.heads, size), heads) / np.float32(size**0.5)
        scores = scores - self.slopes * np.arange(turns - 1, -1, -1, dtype=np.float32)
        exponentials = np.exp(scores - scores.max(1, keepdims=True))
        shares = exponentials / exponentials.sum(1, keepdims=True)
        result: Vector = np.einsum("hk,khs->hs", shares, values.reshape(turns, self.heads, size)).reshape(-1)
        return result
