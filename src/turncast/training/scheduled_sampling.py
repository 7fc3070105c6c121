"""Scheduled sampling: some turns of the training part get the network's own previous actions as input.

In use, the previous action is the network's own, and one error may lead to the next. Scheduled sampling
(Bengio et al., 2015) shows such turns to the training. This is its parallel form (Mihaylova and Martins,
2019): the network first predicts all turns after the true actions; then a share of the turns gets these
predictions in place of the true previous actions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig, TrainConfig
from turncast.errors import ConfigError
from turncast.features import Batch, Batches
from turncast.vocabulary import ActionSpace

_FULL_SHARE_EPOCH = 10
"""The first epoch with the whole share. Not the last epoch: `patience` mostly ends a training earlier."""


def sampling_share(share: float, epoch: int) -> float:
    """Return the share of sampled turns in an epoch: 0 in the first, then rising linearly to `share`.

    >>> [round(sampling_share(0.5, epoch), 2) for epoch in (1, 2, 5, 10, 20)]
    [0.0, 0.06, 0.22, 0.5, 0.5]
    """
    return share * min(1.0, (epoch - 1) / (_FULL_SHARE_EPOCH - 1))


def predicted_previous_actions(
    batches: Batches, space: ActionSpace, probabilities: Callable[[Batch], NDArray[np.float32]]
) -> NDArray[np.int32]:
    """Return the actions that the network predicts for the turn before each turn.

    Args:
        batches: the encoded dialogues.
        space: their actions.
        probabilities: returns the network's probabilities for a batch, (B, N, A).

    Returns:
        Action indices (turns, L), filled up with A; -1 at the first turn of a dialogue. L is the largest
        number of actions of one answer here; of more predicted actions the L most probable are taken.
    """
    encoded = batches.encoded
    most = max(1, int(encoded.targets.lengths.max()))

    def decided(batch: Batch) -> NDArray[np.int32]:
        answered = probabilities(batch).reshape(*batch.targets.shape[:2], len(space))
        taken = space.decide(answered)
        ranked = np.argsort(-np.where(taken, answered, -1.0), axis=-1, kind="stable")[..., :most]
        taken = np.take_along_axis(taken, ranked, axis=-1)
        return np.where(taken, ranked, len(space)).astype(np.int32)

    predicted = batches.collect(decided)[:: encoded.horizon]
    previous = np.concatenate([predicted[:1], predicted[:-1]])
    previous[encoded.first_turns] = -1
    return previous


def adapt_scheduled_sampling(config: TrainConfig, network: NetworkConfig) -> TrainConfig:
    """Return the settings with `scheduled_sampling` 0 where the network does not read its previous actions.

    Only the default is replaced silently; another value is an error.

    >>> adapt_scheduled_sampling(TrainConfig(), NetworkConfig(layout="many-to-one")).scheduled_sampling
    0.0
    >>> adapt_scheduled_sampling(TrainConfig(scheduled_sampling=0.5), NetworkConfig(layout="many-to-one"))
    Traceback (most recent call last):
    turncast.errors.ConfigError: setting 'scheduled_sampling' is 0.5 with the layout 'many-to-one', which does
    not act at every turn; give 0, or another layout

    Raises:
        ConfigError: for a given share with a layout that does not act at every turn.
    """
    if not config.scheduled_sampling or network.layout_row.acts_at_every_turn:
        return config
    if config.scheduled_sampling != TrainConfig.model_fields["scheduled_sampling"].default:
        raise ConfigError(
            f"setting 'scheduled_sampling' is {config.scheduled_sampling} with the layout "
            f"{network.layout!r}, which does not act at every turn; give 0, or another layout"
        )
    return config.model_copy(update={"scheduled_sampling": 0.0})
