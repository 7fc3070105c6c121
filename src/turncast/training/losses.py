"""The loss of each answer, and its weighted mean."""

from __future__ import annotations

from typing import Any

from turncast.backend import ops

_IMPOSSIBLE = -1e9
"""The logit of a refused action."""


def turn_losses(
    targets: Any, logits: Any, multi: bool, smoothing: float = 0.0, has_rules: bool = False
) -> Any:
    """Return the cross-entropy of each answer, (B, N).

    Args:
        targets: action indices of each of N answers, (B, N, L); A and above are no action of the space,
            -1 - a says that a rule refuses action a.
        logits: of the network, (B, N, A), or a shape with the same answers in the same order: (B, T, k, A),
            or (B, A) for one answer.
        multi: whether actions are independent (the mean of A binary losses), or exclusive (one of A).
        smoothing: the share of each target that is spread evenly: over the A actions, or for each independent
            action over yes and no (label smoothing, Szegedy et al., 2016).
        has_rules: whether actions are refused: these have the probability 0, and no part in the loss.
    """
    actions = logits.shape[-1]
    logits = ops.reshape(logits, (-1, ops.shape(targets)[1], actions))
    bits = ops.sum(ops.one_hot(targets, actions + 2, dtype=logits.dtype), axis=-2)[..., :actions]
    permitted = ops.ones_like(bits)
    if has_rules:
        permitted -= ops.sum(ops.one_hot(-1 - targets, actions, dtype=logits.dtype), axis=-2)
        bits = bits * permitted
    if smoothing:
        even = 0.5
        if not multi:  # an answer without a known action stays without a target
            even = permitted * ops.sum(bits, axis=-1, keepdims=True) / _count(permitted)
        bits = (1 - smoothing) * bits + smoothing * even
    if multi:
        # log(1 + exp(-|x|)) + max(x, 0) - x * bit: the cross-entropy of a sigmoid, without overflow
        losses = ops.log1p(ops.exp(-ops.abs(logits))) + ops.relu(logits) - logits * bits
        return ops.mean(permitted * losses, axis=-1)
    if has_rules:
        logits = ops.where(permitted > 0, logits, _IMPOSSIBLE)
    return -ops.sum(bits * ops.log_softmax(logits, axis=-1), axis=-1)


def _count(permitted: Any) -> Any:
    return ops.maximum(ops.sum(permitted, axis=-1, keepdims=True), 1.0)


def mean_loss(losses: Any, weights: Any) -> Any:
    """Return sum(weight * loss) / sum(weight), a scalar."""
    weights = ops.convert_to_tensor(weights)
    return ops.sum(weights * losses) / ops.maximum(ops.sum(weights), 1e-9)
