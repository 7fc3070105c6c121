"""The loss of an answer, and the mean over those that count."""

from __future__ import annotations

from typing import Any

from turncast.backend import ops

_IMPOSSIBLE = -1e9
"""The logit of an action that is refused."""


def turn_losses(targets: Any, logits: Any, multi: bool, smoothing: float = 0.0, refuses: bool = False) -> Any:
    """Return the cross-entropy of each answer, (B, N).

    Args:
        targets: indices of actions for each of N answers, (B, N, L); A and above name no action of the space,
            -1 - a refuses action a.
        logits: the network's, (B, N, A), or of a shape with the same answers in the same order: (B, T, k, A),
            or (B, A) where there is one answer.
        multi: independent actions, the mean over them; otherwise one of A.
        smoothing: this share of each target is spread evenly: over the A actions, or for each of several
            independent ones over yes and no (label smoothing, Szegedy et al., 2016).
        refuses: whether any action is refused: it then has the probability 0, and no part in the loss.
    """
    actions = logits.shape[-1]
    logits = ops.reshape(logits, (-1, ops.shape(targets)[1], actions))
    bits = ops.sum(ops.one_hot(targets, actions + 2, dtype=logits.dtype), axis=-2)[..., :actions]
    permitted = ops.ones_like(bits)
    if refuses:
        permitted -= ops.sum(ops.one_hot(-1 - targets, actions, dtype=logits.dtype), axis=-2)
        bits = bits * permitted
    if smoothing:
        even = 0.5
        if not multi:  # of no action nothing
            even = permitted * ops.sum(bits, axis=-1, keepdims=True) / _count(permitted)
        bits = (1 - smoothing) * bits + smoothing * even
    if multi:
        # log(1 + exp(-|x|)) + max(x, 0) - x * bit: the cross-entropy of a sigmoid, without overflow
        losses = ops.log1p(ops.exp(-ops.abs(logits))) + ops.relu(logits) - logits * bits
        return ops.mean(permitted * losses, axis=-1)
    if refuses:
        logits = ops.where(permitted > 0, logits, _IMPOSSIBLE)
    return -ops.sum(bits * ops.log_softmax(logits, axis=-1), axis=-1)


def _count(permitted: Any) -> Any:
    return ops.maximum(ops.sum(permitted, axis=-1, keepdims=True), 1.0)


def mean_loss(losses: Any, weights: Any) -> Any:
    """Return sum(weight * loss) / sum(weight)."""
    weights = ops.convert_to_tensor(weights)
    return ops.sum(weights * losses) / ops.maximum(ops.sum(weights), 1e-9)
