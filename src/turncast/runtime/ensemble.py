"""Several networks of one shape stepped as one: the answer is the mean of their probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig
from turncast.runtime.network import NumpyNetwork, TurnInput
from turncast.runtime.stack import State
from turncast.runtime.weights import Weights, split_members


class Ensemble:
    """Networks that are stepped one after the other: transformers, whose weights cannot be stacked.

    It has the interface of `NumpyNetwork`. Its state is the layers' states of the first network, then those
    of the second, and so on.

    Args:
        networks: at least one; all of one shape.
    """

    def __init__(self, networks: Sequence[NumpyNetwork]) -> None:
        self._networks = tuple(networks)
        self._layers = len(networks[0].start())

    @property
    def num_features(self) -> int:
        """F, how many bits the input has."""
        return self._networks[0].num_features

    @property
    def num_tokens(self) -> int:
        """V, the size of the token vocabulary; 0 where words are bits."""
        return self._networks[0].num_tokens

    @property
    def num_actions(self) -> int:
        """A, the width of the output."""
        return self._networks[0].num_actions

    def start(self) -> State:
        """Return the state before the first turn."""
        return tuple(cell for network in self._networks for cell in network.start())

    def step(
        self, state: State, bits: Sequence[int], tokens: Sequence[int] = ()
    ) -> tuple[NDArray[np.float32], State]:
        """Return the mean of the networks' probabilities, and the new state; see `NumpyNetwork.step`."""
        answers, new_state = [], list[tuple[NDArray[np.float32], ...]]()
        for number, network in enumerate(self._networks):
            network_state = state[number * self._layers : (number + 1) * self._layers]
            probabilities, layers = network.step(network_state, bits, tokens)
            answers.append(probabilities)
            new_state += layers
        mean: NDArray[np.float32] = np.mean(answers, 0)
        return mean, tuple(new_state)

    def step_many(
        self, states: Sequence[State], turns: Sequence[TurnInput]
    ) -> list[tuple[NDArray[np.float32], State]]:
        """Step one turn of each of many conversations; return for each what `step` returns."""
        return [self.step(state, *turn) for state, turn in zip(states, turns, strict=True)]


def make_network(
    config: NetworkConfig, weights: Weights, multi: bool, members: int = 1
) -> NumpyNetwork | Ensemble:
    """Return a network for these weights; `members` is how many networks are stacked in them.

    >>> generator = np.random.default_rng(0)
    >>> shapes = {"hidden_0/kernel": (5, 6, 8), "hidden_0/recurrent_kernel": (5, 2, 8),
    ...           "hidden_0/bias": (5, 8), "actions/kernel": (5, 2, 3), "actions/bias": (5, 3)}
    >>> weights = {name: generator.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    >>> network = make_network(NetworkConfig(units=2), weights, multi=False, members=5)
    >>> probabilities, state = network.step(network.start(), [0, 5])
    >>> probabilities.shape, state[0][0].shape
    ((3,), (5, 2))
    """
    if members > 1 and config.cell == "transformer":
        return Ensemble([NumpyNetwork(config, one, multi) for one in split_members(weights, members)])
    return NumpyNetwork(config, weights, multi, members)
