"""What the network itself would have done at each turn of the training part.

Live, the previous action is the network's own, and one error may lead to the next. Scheduled sampling (Bengio
et al., 2015) lets training see such turns. As in its parallel form (Mihaylova and Martins, 2019), the network
first answers all turns after the true actions; then some turns are told its answers in their place.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig, TrainConfig
from turncast.errors import ConfigError
from turncast.features import Batch, Batches
from turncast.layouts import acts_at_every_turn
from turncast.vocabulary import ActionSpace

_GROWS_UNTIL = 10
"""The epoch that has the whole share. Not the last one: `patience` mostly ends a training before it."""


def share_of_own(share: float, epoch: int) -> float:
    """Return the share of an epoch: none in the first, then more by the same step each.

    >>> [round(share_of_own(0.5, epoch), 2) for epoch in (1, 2, 5, 10, 20)]
    [0.0, 0.06, 0.22, 0.5, 0.5]
    """
    return share * min(1.0, (epoch - 1) / (_GROWS_UNTIL - 1))


def own_previous(
    train: Batches, space: ActionSpace, probabilities: Callable[[Batch], NDArray[np.float32]]
) -> NDArray[np.int32]:
    """Return what the network itself would have done before each turn.

    Args:
        train: the training part.
        space: its actions.
        probabilities: what the network answers to a batch, (B, N, A).

    Returns:
        (turns, L) actions; A fills up, -1 stands where no turn is before. L is the most actions that an
        answer of the training part has, and no more are told: the most probable.
    """
    encoded = train.encoded
    most = max(1, int(encoded.answers.lengths.max()))

    def decided(batch: Batch) -> NDArray[np.int32]:
        found = probabilities(batch).reshape(*batch.targets.shape[:2], len(space))
        taken = space.decide(found)
        ranked = np.argsort(-np.where(taken, found, -1.0), axis=-1, kind="stable")[..., :most]
        taken = np.take_along_axis(taken, ranked, axis=-1)
        return np.where(taken, ranked, len(space)).astype(np.int32)

    done = train.gathered(decided)[:: encoded.a_row]
    previous = np.concatenate([done[:1], done[:-1]])
    previous[encoded.first_turns] = -1
    return previous


def with_own_actions(config: TrainConfig, network: NetworkConfig) -> TrainConfig:
    """Return the settings for a network: one that does not act at every turn has no actions to be told.

    The default is then 0, without a word.

    >>> with_own_actions(TrainConfig(), NetworkConfig(layout="many-to-one")).own_actions
    0.0
    >>> with_own_actions(TrainConfig(own_actions=0.5), NetworkConfig(layout="many-to-one"))
    Traceback (most recent call last):
    turncast.errors.ConfigError: setting 'own_actions' is 0.5 with the layout 'many-to-one', which does not
    act at every turn; give 0, or another layout

    Raises:
        ConfigError: where a share is asked for that cannot be.
    """
    if not config.own_actions or acts_at_every_turn(network):
        return config
    if config.own_actions != TrainConfig.model_fields["own_actions"].default:
        which = f"the layout {network.layout!r}, which does not act at every turn"
        said = f"setting 'own_actions' is {config.own_actions} with {which}"
        raise ConfigError(f"{said}; give 0, or another layout")
    return config.model_copy(update={"own_actions": 0.0})
