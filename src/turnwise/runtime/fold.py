"""The linear layer that reads the bits, multiplied into the kernel above it."""

from __future__ import annotations

import numpy as np

from turnwise.config import NetworkConfig
from turnwise.runtime.cells import Weights


def folded(config: NetworkConfig, weights: Weights) -> Weights:
    """Return the weights of the same network without `bit_dense`: two products in a row are one."""
    if "bit_dense/kernel" not in weights:
        return weights
    rest = dict(weights)
    table, offset = rest.pop("bit_dense/kernel"), rest.pop("bit_dense/bias")
    layer = "projection" if config.cell == "transformer" else "hidden_0"
    kernel, bias = rest[f"{layer}/kernel"], rest[f"{layer}/bias"]
    width = table.shape[1]
    rest[f"{layer}/kernel"] = np.concatenate([table @ kernel[:width], kernel[width:]])
    added = offset @ kernel[:width]
    rest[f"{layer}/bias"] = bias + added if bias.ndim == 1 else np.stack([bias[0] + added, *bias[1:]])
    return rest
