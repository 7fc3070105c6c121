"""Several networks as one policy: what is saved, resumed and used live is the mean of what each says."""

import signal

import numpy as np
import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny, untempered
from support.layouts import LAYOUTS, drinks_corpus
from turncast import Policy, Session, Turn
from turncast.errors import ConfigError
from turncast.training.progress import NoProgress, PlainProgress

THREE = QUICK.model_copy(update={"seeds": 3})


@pytest.fixture(scope="module")
def three():
    return turncast.train(tiny(), network=SMALL, config=THREE)


class Interrupts(NoProgress):
    """Presses Ctrl-C after an epoch of one network."""

    def __init__(self, member: int, epoch: int) -> None:
        self._wanted, self._at = (member, epoch), 0

    def member(self, number, members):
        self._at = number

    def epoch(self, record):
        if (self._at, record["epoch"]) == self._wanted:
            signal.raise_signal(signal.SIGINT)


@pytest.mark.quick
def test_each_member_is_the_network_of_its_seed(three):
    assert three.members == 3
    # The same dev part, which is chosen by the seed of the first.
    train, dev = turncast.training.split_dev(tiny(), QUICK.dev_share, QUICK.seed)
    for number in range(3):
        config = QUICK.model_copy(update={"seed": QUICK.seed + number})
        alone = turncast.train(train, dev, network=SMALL, config=config)
        for name, array in alone.weights.items():
            np.testing.assert_array_equal(three.weights[name][number], array)


def test_its_card_names_the_member_of_each_epoch(three, policy):
    assert [record["member"] for record in three.card.metrics] == [1, 1, 2, 2, 3, 3]
    assert "member" not in policy.card.metrics[0]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_predicts_the_mean(layout):
    config = QUICK.model_copy(update={"epochs": 1, "seeds": 2})
    policy = untempered(turncast.train(drinks_corpus(), network=LAYOUTS[layout], config=config))
    parts = [
        Policy(
            encoder=policy.encoder,
            space=policy.space,
            config=policy.config,
            weights={name: array[number] for name, array in policy.weights.items()},
            baselines=policy.baselines,
            responses=policy.responses,
            card=policy.card,
            histories=policy.histories,
        )
        for number in range(2)
    ]
    for dialogue in drinks_corpus("other", 3):
        each = [part.predict(dialogue) for part in parts]
        for prediction, *answers in zip(policy.predict(dialogue), *each, strict=True):
            mean = np.mean([answer.probabilities for answer in answers], 0)
            np.testing.assert_allclose(prediction.probabilities, mean, atol=1e-6)
    assert turncast.evaluate(policy, drinks_corpus("other", 3)).turns.whole > 0


def test_it_is_saved_and_stepped_live(three, tmp_path):
    loaded = Policy.load(three.save(tmp_path / "model"))
    assert (loaded.members, loaded.digest) == (3, three.digest)
    session, other = Session(three), Session(loaded)
    for user in ("a tea please", "small"):
        session.observe(user)
        other = Session.resume(loaded, other.state, other.events)
        other.observe(user)
        np.testing.assert_array_equal(session.observe(None).probabilities, other.observe(None).probabilities)
    assert session.state == other.state
    states = [three.step(three.start(), Turn("a tea please"))[1], three.start()]
    together = three.step_many(states, [Turn("yes")] * 2)
    for state, (prediction, _) in zip(states, together, strict=True):
        alone, _ = three.step(state, Turn("yes"))
        np.testing.assert_allclose(prediction.probabilities, alone.probabilities, atol=1e-6)


@pytest.mark.parametrize(("member", "epoch"), [(1, 1), (1, 2), (2, 1), (3, 2)])
def test_a_stopped_training_is_saved_and_resumes(three, member, epoch, tmp_path):
    given = {"network": SMALL, "config": THREE, "checkpoint": tmp_path / "checkpoint"}
    stopped = turncast.train(tiny(), **given, progress=Interrupts(member, epoch))
    # After the last epoch of a network nothing of the next is worth keeping.
    assert stopped.members == member
    assert stopped.card.interrupted is ((member, epoch) != (3, 2))
    resumed = turncast.train(tiny(), **given, resume=True)
    assert not resumed.card.interrupted
    assert resumed.members == 3
    for name, array in three.weights.items():
        np.testing.assert_array_equal(resumed.weights[name], array)


def test_the_progress_names_the_member(capsys):
    import sys

    turncast.train(tiny(), network=SMALL, config=THREE, progress=PlainProgress(sys.stdout))
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if "network" in line] == [f"network {n} of 3" for n in (1, 2, 3)]


def test_onnx_holds_one_network(three, tmp_path):
    with pytest.raises(ConfigError, match="setting 'seeds' was 3 in training; ONNX holds one network"):
        three.export_onnx(tmp_path / "model.onnx")
    assert not list(tmp_path.iterdir())
