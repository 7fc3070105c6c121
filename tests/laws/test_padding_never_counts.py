"""Law 4: loss and metrics are sum(weight * value) / sum(weight)."""

import numpy as np
import pytest

from support import QUICK, SMALL, tiny
from turnwise.backend import ops
from turnwise.config import EncoderConfig
from turnwise.features import Batches, Census, encode
from turnwise.network import build_network
from turnwise.training.fit import Fit
from turnwise.training.step import mean_loss, turn_losses


def encoded(corpus):
    census = Census.of(corpus)
    space = census.action_space()
    return encode(corpus, census.encoder(EncoderConfig()), space), space


@pytest.mark.parametrize("multi", [False, True])
def test_the_loss_is_the_weighted_mean(multi):
    generator = np.random.default_rng(2)
    logits = generator.normal(size=(3, 4, 5)).astype(np.float32)
    targets = generator.integers(0, 5, (3, 4, 1)).astype(np.int32)
    weights = np.array([[1, 1, 0, 0], [1, 1, 1, 1], [1, 0, 0, 0]], np.float32)
    loss = float(mean_loss(turn_losses(targets, logits, multi), weights))
    total = 0.0
    for row, turn in zip(*np.nonzero(weights), strict=True):
        bits = np.eye(5)[targets[row, turn, 0]]
        if multi:
            p = 1 / (1 + np.exp(-logits[row, turn].astype(float)))
            total += -np.mean(bits * np.log(p) + (1 - bits) * np.log(1 - p))
        else:
            p = np.exp(logits[row, turn].astype(float))
            total += -np.log((p / p.sum()) @ bits)
    assert loss == pytest.approx(total / weights.sum(), rel=1e-5)


@pytest.mark.parametrize("multi", [False, True])
def test_what_stands_in_padding_does_not_matter(multi):
    generator = np.random.default_rng(4)
    logits = generator.normal(size=(2, 3, 4)).astype(np.float32)
    targets = generator.integers(0, 4, (2, 3, 2)).astype(np.int32)
    weights = np.array([[1, 0, 0], [1, 1, 0]], np.float32)
    padded = weights == 0
    before = float(mean_loss(turn_losses(targets, logits, multi), weights))
    logits[padded], targets[padded] = 50.0, 3
    assert float(mean_loss(turn_losses(targets, logits, multi), weights)) == pytest.approx(before, rel=1e-6)


def test_an_unknown_or_padded_target_names_no_action():
    logits = np.zeros((1, 1, 3), np.float32)
    losses = [float(ops.sum(turn_losses(np.full((1, 1, 1), target), logits, False))) for target in (2, 3, 4)]
    assert losses == [pytest.approx(np.log(3)), 0.0, 0.0]


@pytest.mark.parametrize("batch_turns", [3, 7, 1000])
def test_every_turn_is_in_one_batch_and_no_padding_is_counted(batch_turns):
    corpus = tiny(dialogues=11)
    arrays, space = encoded(corpus)
    batches = Batches(arrays, batch_turns)
    turns = sum(len(dialogue) for dialogue in corpus)
    for made in (list(batches.in_order()), list(batches.shuffled(np.random.default_rng(0)))):
        assert sum(batch.turns for batch in made) == batches.turns == turns
        counted = np.zeros(len(space) + 2, int)
        for batch in made:
            assert set(np.unique(batch.weights)) <= {0.0, 1.0}
            assert (batch.inputs[batch.weights == 0] == arrays.num_features).all()
            assert (batch.targets[batch.weights == 0] == arrays.num_actions + 1).all()
            counted += np.bincount(batch.targets[batch.weights == 1].ravel(), minlength=len(space) + 2)
        assert counted[: len(space)].tolist() == [
            sum(action in turn.actions for dialogue in corpus for turn in dialogue) for action in space
        ]


def test_the_dev_figures_do_not_depend_on_the_batches():
    corpus = tiny(dialogues=11)
    arrays, space = encoded(corpus)
    model = build_network(SMALL, arrays.num_features, len(space), space.multi, 1)
    figures = []
    for batch_turns in (3, 8, 200):
        batches = Batches(arrays, batch_turns)
        figures.append(Fit(model, space, QUICK, batches, batches)._dev_record())
    for figure in figures[1:]:
        assert figure["dev_turn_accuracy"] == figures[0]["dev_turn_accuracy"]
        assert figure["dev_loss"] == pytest.approx(figures[0]["dev_loss"], rel=1e-5)
