"""The loss of an answer, and the mean over those that count."""

from __future__ import annotations

from typing import Any

from turnwise.backend import ops


def turn_losses(targets: Any, logits: Any, multi: bool, smoothing: float = 0.0) -> Any:
    """Return the cross-entropy of each answer, (B, N).

    Args:
        targets: indices of actions for each of N answers, (B, N, L); A and above name no action of the space.
        logits: the network's, (B, N, A), or of a shape with the same answers in the same order: (B, T, k, A),
            or (B, A) where there is one answer.
        multi: independent actions, the mean over them; otherwise one of A.
        smoothing: this share of each target is spread evenly: over the A actions, or for each of several
            independent ones over yes and no (label smoothing, Szegedy et al., 2016).
    """
    actions = logits.shape[-1]
    logits = ops.reshape(logits, (-1, ops.shape(targets)[1], actions))
    bits = ops.sum(ops.one_hot(targets, actions + 2, dtype=logits.dtype), axis=-2)[..., :actions]
    if smoothing:
        even = 0.5 if multi else ops.sum(bits, axis=-1, keepdims=True) / actions  # of no action nothing
        bits = (1 - smoothing) * bits + smoothing * even
    if multi:
        # log(1 + exp(-|x|)) + max(x, 0) - x * bit: the cross-entropy of a sigmoid, without overflow
        losses = ops.log1p(ops.exp(-ops.abs(logits))) + ops.relu(logits) - logits * bits
        return ops.mean(losses, axis=-1)
    return -ops.sum(bits * ops.log_softmax(logits, axis=-1), axis=-1)


def mean_loss(losses: Any, weights: Any) -> Any:
    """Return sum(weight * loss) / sum(weight)."""
    weights = ops.convert_to_tensor(weights)
    return ops.sum(weights * losses) / ops.maximum(ops.sum(weights), 1e-9)
