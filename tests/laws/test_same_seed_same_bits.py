"""Law 6: the same seed gives the same bits; a resumed run ends where the uninterrupted run ends."""

import numpy as np
import pytest

import turncast
from support.corpora import SMALL, tiny
from support.large import large
from support.layouts import LAYOUTS, drinks_corpus
from turncast import EncoderConfig, TrainConfig
from turncast.cores import available_cores
from turncast.errors import ModelError
from turncast.training import Progress
from turncast.training.progress import NoProgress

pytestmark = pytest.mark.quick

CONFIG = TrainConfig(epochs=5, batch_turns=12, seed=7)


def same_weights(one, other):
    return all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)


def timeless(metrics):
    return [
        {k: v for k, v in record.items() if k not in ("seconds", "turns_per_second")} for record in metrics
    ]


@pytest.fixture(scope="module")
def whole():
    return turncast.train(tiny(), network=SMALL, config=CONFIG)


class StopAfter(NoProgress):
    """Presses Ctrl-C once an epoch is done."""

    def __init__(self, epoch: int) -> None:
        self._epoch = epoch

    def epoch(self, record):
        import signal

        if record["epoch"] == self._epoch:
            signal.raise_signal(signal.SIGINT)


def test_the_same_seed_gives_the_same_bits(whole):
    again = turncast.train(tiny(), network=SMALL, config=CONFIG)
    assert same_weights(whole, again)
    assert whole.decision.to_json(whole.space) == again.decision.to_json(again.space)
    assert timeless(whole.card.metrics) == timeless(again.card.metrics)


@pytest.mark.parametrize(
    ("layout", "tokenizer"),
    [
        *((layout, "words") for layout in ("many-to-many-2", "many-to-one")),
        *large(*((layout, "words") for layout in LAYOUTS if layout not in ("many-to-many-2", "many-to-one"))),
        *large(("many-to-many-2", "bpe")),
    ],
)
def test_a_resumed_run_of_each_layout_ends_as_the_whole_one(layout, tokenizer, tmp_path):
    given = {
        "network": LAYOUTS[layout].model_copy(update={"words": "mean"}),
        "encoder": EncoderConfig(tokenizer=tokenizer),
        "config": TrainConfig(epochs=3, patience=3, batch_turns=12, seed=7),
        "checkpoint": tmp_path / "checkpoint",
    }
    straight = turncast.train(drinks_corpus(), **given)
    turncast.train(drinks_corpus(), **given, progress=StopAfter(2))
    resumed = turncast.train(drinks_corpus(), **given, resume=True)
    assert same_weights(straight, resumed)
    assert timeless(straight.card.metrics) == timeless(resumed.card.metrics)


def test_a_run_with_another_number_of_cores_is_not_resumed(tmp_path):
    given = {"network": SMALL, "checkpoint": tmp_path / "checkpoint"}
    policy = turncast.train(
        tiny(), **given, config=CONFIG.model_copy(update={"devices": 2}), progress=StopAfter(1)
    )
    assert policy.card.train.devices == 2
    with pytest.raises(ModelError, match=r"differs in number of cores \(2, now 3\); give the same"):
        turncast.train(tiny(), **given, config=CONFIG.model_copy(update={"devices": 3}), resume=True)


def test_the_card_has_the_number_of_cores(whole):
    assert whole.card.train.devices == available_cores()


def test_a_resumed_run_with_random_and_stateful_settings(tmp_path):
    settings = {"turn_dropout": 0.3, "fact_dropout": 0.3, "scheduled_sampling": 1.0, "class_weights": 0.5}
    settings |= {"ema": 0.8, "label_smoothing": 0.1}
    config = TrainConfig(epochs=5, patience=5, batch_turns=12, seed=7, **settings)
    given = {"network": SMALL, "config": config, "checkpoint": tmp_path / "checkpoint"}
    straight, again = turncast.train(tiny(), **given), turncast.train(tiny(), **given)
    turncast.train(tiny(), **given, progress=StopAfter(3))
    resumed = turncast.train(tiny(), **given, resume=True)
    for other in (again, resumed):
        assert same_weights(straight, other)
        assert timeless(straight.card.metrics) == timeless(other.card.metrics)


def test_another_seed_gives_other_bits(whole):
    other = turncast.train(tiny(), network=SMALL, config=TrainConfig(epochs=5, batch_turns=12, seed=8))
    assert not same_weights(whole, other)


@pytest.mark.parametrize("epoch", [1, 3])
def test_a_resumed_run_ends_where_the_uninterrupted_one_does(whole, tmp_path, epoch):
    checkpoint = tmp_path / "checkpoint"
    progress: Progress = StopAfter(epoch)
    stopped = turncast.train(tiny(), network=SMALL, config=CONFIG, checkpoint=checkpoint, progress=progress)
    assert stopped.card.interrupted
    assert len(stopped.card.metrics) == epoch
    resumed = turncast.train(tiny(), network=SMALL, config=CONFIG, checkpoint=checkpoint, resume=True)
    assert same_weights(whole, resumed)
    assert timeless(whole.card.metrics) == timeless(resumed.card.metrics)
    assert not resumed.card.interrupted


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"corpus": tiny(dialogues=8)}, "the checkpoint differs in corpus"),
        ({"network": turncast.NetworkConfig(units=9)}, "the checkpoint differs in network"),
        ({"config": TrainConfig(epochs=5, batch_turns=12, seed=9)}, "the checkpoint differs in training"),
    ],
)
def test_another_training_is_not_resumed(tmp_path, change, message):
    given = {"corpus": tiny(), "dev": tiny("dev"), "network": SMALL, "config": CONFIG}
    checkpoint = tmp_path / "checkpoint"
    turncast.train(**given, checkpoint=checkpoint, progress=StopAfter(1))
    with pytest.raises(ModelError, match=message):
        turncast.train(**given | change, checkpoint=checkpoint, resume=True)
