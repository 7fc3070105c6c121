"""An epoch of a small corpus goes through it several times; one of a large corpus goes once."""

import pytest

import turncast
from support.corpora import SMALL, tiny
from turncast import TrainConfig
from turncast.training.progress import NoProgress


class RecordingProgress(NoProgress):
    """Keeps what a training tells."""

    def __init__(self):
        self.turns, self.batches = 0, []

    def begin(self, epochs, turns, done):
        self.turns = turns

    def advance(self, turns, loss):
        self.batches.append(turns)


def trained(most, **settings):
    recorded, corpus = RecordingProgress(), tiny(dialogues=12)
    network = SMALL.model_copy(update={"dropout": 0.0})
    config = TrainConfig(epochs=1, epoch_batches=most, word_dropout=0.0, **settings)
    return turncast.train(corpus, corpus, network=network, config=config, progress=recorded), recorded


@pytest.mark.quick
@pytest.mark.parametrize(("most", "batches"), [(1, 3), (5, 3), (6, 6), (16, 15), (18, 18)])
def test_whole_passes_make_at_most_so_many_batches(most, batches):
    policy, recorded = trained(most, batch_turns=12)
    once = sum(len(dialogue) for dialogue in tiny(dialogues=12))
    assert len(recorded.batches) == batches
    assert sum(recorded.batches) == recorded.turns == once * batches // 3
    record = policy.card.metrics[0]
    assert record["turns_per_second"] * record["seconds"] == pytest.approx(recorded.turns)


def test_the_loss_of_an_epoch_is_a_mean_over_its_passes():
    once, often = (trained(most, batch_turns=12, learning_rate=1e-12)[0] for most in (1, 16))
    assert often.card.metrics[0]["loss"] == pytest.approx(once.card.metrics[0]["loss"], rel=1e-4)
    assert often.card.metrics[0]["loss"] > 0.5
