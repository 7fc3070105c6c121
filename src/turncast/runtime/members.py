"""The weights of several networks of one shape, as one set of arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from turncast.errors import ModelError
from turncast.runtime.cells import Weights


def stacked(members: Sequence[Weights]) -> Weights:
    """Return the weights of k networks as arrays with one axis more, (k, ...); of one as they are.

    >>> members = [{"actions/bias": np.array([1.0, 2.0])}, {"actions/bias": np.array([3.0, 4.0])}]
    >>> stacked(members)["actions/bias"].tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    >>> [weights["actions/bias"].tolist() for weights in members_of(stacked(members), 2)]
    [[1.0, 2.0], [3.0, 4.0]]
    """
    first, *others = members
    if not others:
        return first
    return {name: np.stack([weights[name] for weights in members]) for name in first}


def members_of(weights: Weights, count: int) -> list[Weights]:
    """Return the weights of each of `count` networks that `stacked` put together.

    Raises:
        ModelError: where the arrays are not of so many networks.
    """
    if count == 1:
        return [weights]
    for name, array in weights.items():
        if len(array) != count:
            raise ModelError(
                f"the weight {name} is of {len(array)} networks, expected {count}; save it again"
            )
    return [{name: array[number] for name, array in weights.items()} for number in range(count)]
