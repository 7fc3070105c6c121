"""The networks of one policy, trained one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from turncast.training.checkpoint import Checkpoint, Member
from turncast.training.progress import Progress

if TYPE_CHECKING:
    from turncast.training.fit import Fit


def train_members(
    begin: Callable[[int], Fit],
    count: int,
    progress: Progress,
    interrupted: Callable[[], bool],
    keep: Callable[[Fit, tuple[Member, ...]], None],
    saved: Checkpoint | None = None,
) -> tuple[tuple[Member, ...], bool]:
    """Train networks of the same lessons.

    Args:
        begin: makes a network, by its number from 0, ready for its first epoch.
        count: how many there are to be.
        progress: what is shown meanwhile.
        interrupted: whether to stop.
        keep: is told after each epoch how the training stands, and which networks are done.
        saved: where a stopped training stood.

    Returns:
        The networks that are trained, and whether the training was stopped: then the last of them is the best
        so far. A network stopped before the end of its first epoch is left out where there are others.
    """
    done = list(saved.members) if saved else []
    for number in range(len(done), count):
        if count > 1:
            progress.member(number + 1, count)
        fit = begin(number)
        if saved and number == len(saved.members):
            _restore(fit, saved)
        fit.run(progress, interrupted, partial(keep, fit, tuple(done)))
        if fit.over or fit.metrics or not done:
            named = ({"member": number + 1} | record if count > 1 else record for record in fit.metrics)
            done.append(Member(fit.best or {}, tuple(named)))
        if not fit.over:
            return tuple(done), True
    return tuple(done), False


def checkpoint_of(fit: Fit, before: tuple[Member, ...], state: Mapping[str, Any]) -> Checkpoint:
    """Return how a training stands after an epoch."""
    arrays = tuple(np.asarray(variable) for variable in fit.variables)
    return Checkpoint(state, tuple(fit.metrics), arrays, fit.best or {}, before)


def _restore(fit: Fit, saved: Checkpoint) -> None:
    for variable, array in zip(fit.variables, saved.variables, strict=True):
        variable.assign(array)
    fit.best, fit.metrics = saved.best, list(saved.metrics)
