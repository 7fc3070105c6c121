"""The averaged weights in the place of the last ones.

Keras's optimisers keep an exponential moving average of the weights (Polyak and Juditsky, 1992) among their
own variables: so it is saved and restored with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np


def averages_in(optimizer: Any, num_weights: int) -> slice:
    """Return which of an optimiser's variables are averages, one for each weight; none where it has none."""
    return slice(2, 2 + num_weights) if optimizer.use_ema else slice(0)  # after the count and the rate


@contextmanager
def averaged(model: Any, optimizer: Any) -> Iterator[None]:
    """Meanwhile a model has its averaged weights, where the optimiser keeps such."""
    weights = model.trainable_variables
    averages = optimizer.variables[averages_in(optimizer, len(weights))]
    before = [(weight, np.array(weight)) for weight in weights[: len(averages)]]
    for weight, average in zip(weights, averages, strict=False):
        weight.assign(average)
    try:
        yield
    finally:
        for weight, value in before:
            weight.assign(value)
