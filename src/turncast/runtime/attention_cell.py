"""One step of a transformer block, in NumPy, with its keys and values as the state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.runtime.cells import CellState, Weights, normalise
from turncast.runtime.product import Product, Vector

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TransformerCell:
    """One step of `turncast.layers.CausalTransformer`: the new turn attends to itself and to those before.

    The state holds a key and a value (H,) for each turn so far, so that a step costs as much as the dialogue
    is long, and not its square.

    Attributes:
        heads: how many attentions stand side by side.
        slopes: by how much each turn of distance lowers a head's score, (heads, 1).
        weights: the block's biases, scales and offsets, by their name in the layer.
        products: the same of the kernels.

    Sources: Vaswani et al., 2017; Press et al. (ALiBi), 2022.
    """

    heads: int
    slopes: Matrix
    weights: Weights
    products: Mapping[str, Product]

    @classmethod
    def of(cls, weights: Weights, layer: str, heads: int) -> TransformerCell:
        """Take the layer's weights by name."""
        slopes = 2.0 ** (-8.0 * np.arange(1, heads + 1, dtype=np.float32)[:, None] / heads)
        found = {
            name.removeprefix(f"{layer}/"): array
            for name, array in weights.items()
            if name.startswith(f"{layer}/")
        }
        if "qkv_kernel" not in found:
            raise KeyError(f"{layer}/qkv_kernel")
        products = {name: Product.of(array) for name, array in found.items() if array.ndim == 2}
        vectors = {name: array for name, array in found.items() if array.ndim == 1}
        return cls(heads, slopes.astype(np.float32), vectors, products)

    def start(self) -> CellState:
        """Return no keys and no values, (0, H) each."""
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
        fed = np.maximum(product["in_kernel"](normal) + w["in_bias"], 0)
        output: Vector = x + product["back_kernel"](fed) + w["back_bias"]
        return output, (keys, values)

    def _attend(self, query: Vector, keys: Matrix, values: Matrix) -> Vector:
        turns, size = len(keys), len(query) // self.heads
        heads = keys.reshape(turns, self.heads, size)
        scores = np.einsum("hs,khs->hk", query.reshape(self.heads, size), heads) / np.float32(size**0.5)
        scores = scores - self.slopes * np.arange(turns - 1, -1, -1, dtype=np.float32)
        powers = np.exp(scores - scores.max(1, keepdims=True))
        shares = powers / powers.sum(1, keepdims=True)
        seen = np.einsum("hk,khs->hs", shares, values.reshape(turns, self.heads, size))
        result: Vector = seen.reshape(-1)
        return result
