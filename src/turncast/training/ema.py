"""The exponential moving average (EMA) of the weights, which is evaluated and saved in place of the weights.

Keras's optimisers keep the average (Polyak and Juditsky, 1992) among their own variables, so a checkpoint of
these has it too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class AdamSlots:
    """Where the variables of Keras's Adam are in `optimizer.variables`: the step count, the rate, then these.

    Attributes:
        averages: the moving averages, one per weight; empty without EMA.
        moments: the first and the second moment of each weight, by turns.
    """

    averages: slice
    moments: slice

    @classmethod
    def from_optimizer(cls, optimizer: Any, weights: list[Any]) -> AdamSlots:
        """Return the places in a built optimiser, after a check of the variables' names.

        Keras promises no order. The names are checked, so that another order in a later version is an error
        and not a wrong average.

        Raises:
            RuntimeError: for variables with other names, or in another order.
        """
        averages = ["average"] if optimizer.use_ema else []
        expected = ["iteration", "learning_rate"]
        for slots in (averages, ["momentum", "velocity"]):
            expected += [f"{weight.path.replace('/', '_')}_{slot}" for weight in weights for slot in slots]
        names = [variable.name for variable in optimizer.variables]
        if names != expected:
            pairs = zip([*names, None], [*expected, None], strict=False)
            name, wanted = next((name, wanted) for name, wanted in pairs if name != wanted)
            raise RuntimeError(
                f"the optimiser's variables: {name!r} where {wanted!r} was expected; this version of Keras "
                "orders them otherwise, install one that turncast was tested with"
            )
        first = 2 + len(averages) * len(weights)
        return cls(slice(2, first), slice(first, len(names)))


@contextmanager
def averaged(model: Any, optimizer: Any) -> Iterator[None]:
    """Give the model its averaged weights inside the `with`; without EMA nothing changes."""
    weights = model.trainable_variables
    averages = optimizer.variables[AdamSlots.from_optimizer(optimizer, weights).averages]
    before = [(weight, np.array(weight)) for weight in weights[: len(averages)]]
    for weight, average in zip(weights, averages, strict=False):
        weight.assign(average)
    try:
        yield
    finally:
        for weight, value in before:
            weight.assign(value)
