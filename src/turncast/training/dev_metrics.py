"""The metrics of a dev part while a network is trained: loss, and the share of turns that are right."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from turncast.features import Batch, Batches
from turncast.vocabulary import ActionSpace


def dev_metrics(
    dev: Batches,
    batches: Iterable[Batch],
    probabilities: Callable[[Batch], NDArray[np.float32]],
    space: ActionSpace,
) -> dict[str, float]:
    """Return `dev_loss` and `dev_turn_accuracy` over all batches of the dev part.

    Args:
        dev: the dev part.
        batches: all its batches, in any order, with any augmentation.
        probabilities: returns the network's probabilities for a batch: (B, N, A), or a shape with the same
            answers in the same order.
        space: the A actions.
    """
    right, loss, known = 0, 0.0, 0.0
    for batch in batches:
        predicted = np.reshape(probabilities(batch), (*batch.targets.shape[:2], len(space)))
        true = _multi_hot(batch.targets, len(space))
        same = (space.decide(predicted) == true[..., :-1]).all(-1) & ~true[..., -1]
        # Accuracy counts the first answer of each decision; predictions of future turns are in the loss only.
        right += int((same * batch.weights)[:, :: dev.horizon].sum())
        # An unknown action is wrong above; it has no probability, and so no loss.
        weights = batch.weights * ~true[..., -1]
        loss += float((weights * _cross_entropy(predicted, true[..., :-1], space.multi)).sum())
        known += float(weights.sum())
    return {"dev_loss": loss / max(known, 1.0), "dev_turn_accuracy": right / dev.num_decisions}


def _multi_hot(targets: NDArray[np.int32], num_actions: int) -> NDArray[np.bool_]:
    """Return bits (B, N, A + 1) of indices (B, N, L); bit A is an unknown action, padding sets none."""
    bits: NDArray[np.bool_] = (targets[..., None] == np.arange(num_actions + 1)).any(-2)
    return bits


def _cross_entropy(
    probabilities: NDArray[np.float32], true: NDArray[np.bool_], multi: bool
) -> NDArray[np.float32]:
    """Return the cross-entropy of each answer, (B, N), in nats, as in training."""
    logs = np.log(np.maximum(probabilities, 1e-9))
    losses: NDArray[np.float32]
    if multi:
        losses = -np.where(true, logs, np.log(np.maximum(1 - probabilities, 1e-9))).mean(-1)
    else:
        losses = -(logs * true).sum(-1)
    return losses
