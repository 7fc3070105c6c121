"""The networks (members) of one policy, trained one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from turncast.training.checkpoint import Checkpoint, Member
from turncast.training.progress import Progress

if TYPE_CHECKING:
    from turncast.training.training_loop import TrainingLoop


@dataclass(frozen=True, slots=True)
class Callbacks:
    """What a training calls while it runs.

    Attributes:
        progress: shows the training.
        should_stop: asked before each batch and each epoch; where it returns True the training ends early.
        after_epoch: called after each epoch with the loop, and the networks that were trained before.
    """

    progress: Progress
    should_stop: Callable[[], bool]
    after_epoch: Callable[[TrainingLoop, tuple[Member, ...]], None]


def train_members(
    build_loop: Callable[[int], TrainingLoop],
    count: int,
    callbacks: Callbacks,
    checkpoint: Checkpoint | None = None,
) -> tuple[tuple[Member, ...], bool]:
    """Train several networks on the same data.

    Args:
        build_loop: returns the loop of a network, ready for its first epoch, from its number (from 0).
        count: the number of networks.
        callbacks: called while the training runs.
        checkpoint: the state of a stopped training, to resume from.

    Returns:
        The trained networks, and whether the training was stopped early. Then the last network has the
        weights of its best epoch so far; it is left out if it has not finished an epoch and is not the first.
    """
    members = list(checkpoint.members) if checkpoint else []
    for number in range(len(members), count):
        if count > 1:
            callbacks.progress.member(number + 1, count)
        loop = build_loop(number)
        if checkpoint and number == len(checkpoint.members):
            _restore(loop, checkpoint)
        after_epoch = partial(callbacks.after_epoch, loop, tuple(members))
        loop.run(callbacks.progress, callbacks.should_stop, after_epoch)
        if loop.is_finished or loop.metrics or not members:
            records = ({"member": number + 1} | record if count > 1 else record for record in loop.metrics)
            members.append(Member(loop.best or {}, tuple(records)))
        if not loop.is_finished:
            return tuple(members), True
    return tuple(members), False


def checkpoint_of(loop: TrainingLoop, earlier: tuple[Member, ...], identity: Mapping[str, Any]) -> Checkpoint:
    """Return the state of a training after an epoch.

    Args:
        loop: the loop of the network under way.
        earlier: the networks trained before it.
        identity: all that must be the same for the training to be resumed.
    """
    variables = tuple(np.asarray(variable) for variable in loop.variables)
    return Checkpoint(identity, tuple(loop.metrics), variables, loop.best or {}, earlier)


def _restore(loop: TrainingLoop, checkpoint: Checkpoint) -> None:
    for variable, array in zip(loop.variables, checkpoint.variables, strict=True):
        variable.assign(array)
    loop.best, loop.metrics = checkpoint.best, list(checkpoint.metrics)
