"""Label smoothing: in the loss that is learned from, and in no other."""

from dataclasses import replace

import numpy as np
import pytest

import turncast
from support.corpora import SMALL, tiny
from turncast import TrainConfig
from turncast.policy.decision import Decision
from turncast.training.losses import turn_losses


@pytest.mark.quick
@pytest.mark.parametrize("multi", [False, True])
def test_smoothing_spreads_a_share_of_the_target(multi):
    generator = np.random.default_rng(5)
    logits = generator.normal(size=(2, 3, 4)).astype(np.float32)
    targets = generator.integers(0, 4, (2, 3, 1)).astype(np.int32)
    bits = np.eye(4)[targets[..., 0]]
    if multi:
        p, goal = 1 / (1 + np.exp(-logits)), 0.8 * bits + 0.1
        expected = -(goal * np.log(p) + (1 - goal) * np.log(1 - p)).mean(-1)
    else:
        p = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        expected = -((0.8 * bits + 0.05) * np.log(p)).sum(-1)
    np.testing.assert_allclose(np.asarray(turn_losses(targets, logits, multi, 0.2)), expected, rtol=1e-4)


def test_no_action_of_the_space_has_no_loss_to_smooth():
    logits = np.array([[[1.0, -1.0]]], np.float32)
    for nothing in (2, 3):
        assert float(turn_losses(np.full((1, 1, 1), nothing, np.int32), logits, False, 0.5)[0, 0]) == 0.0


def test_the_dev_loss_is_not_smoothed():
    config = TrainConfig(epochs=1, label_smoothing=0.6, class_weights=1.0, batch_turns=12)
    dev = tiny("dev")
    policy = turncast.train(tiny(), dev, network=SMALL, config=config)
    policy = replace(policy, decision=Decision())  # its probabilities as they are, not calibrated
    right = [
        prediction.probabilities[policy.space.index(turn.actions[0])]
        for dialogue in dev
        for turn, prediction in zip(dialogue, policy.predict(dialogue), strict=True)
    ]
    assert policy.card.metrics[0]["dev_loss"] == pytest.approx(-np.mean(np.log(right)), rel=1e-4)
