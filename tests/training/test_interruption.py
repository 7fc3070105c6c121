"""Ctrl-C is a wish that is granted between two batches; a second one is an order."""

import signal

import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny
from turncast.training.interruption import Interruption
from turncast.training.progress import NoProgress


@pytest.mark.quick
def test_the_second_ctrl_c_interrupts_at_once():
    before = signal.getsignal(signal.SIGINT)
    with Interruption(), pytest.raises(KeyboardInterrupt):  # noqa: PT012  # the second one raises
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


class InterruptAtOnce(NoProgress):
    """Presses Ctrl-C before the first batch."""

    def begin(self, epochs, turns, done):
        signal.raise_signal(signal.SIGINT)


class InterruptAtABatch(NoProgress):
    """Presses Ctrl-C in the middle of the first epoch."""

    def advance(self, turns, loss):
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize("progress", [InterruptAtOnce(), InterruptAtABatch()], ids=lambda p: type(p).__name__)
def test_even_before_the_first_epoch_is_done_there_is_a_policy(progress, tmp_path):
    config = QUICK.model_copy(update={"batch_turns": 6})
    policy = turncast.train(tiny(), network=SMALL, config=config, progress=progress)
    assert policy.card.interrupted
    assert policy.card.metrics == ()
    loaded = turncast.Policy.load(policy.save(tmp_path / "m"))
    assert turncast.evaluate(loaded, tiny("test")).turns.whole == 33


def test_a_callback_stops_a_training():
    """`should_stop` is asked before each batch; where it returns true, the training ends as with Ctrl-C."""
    asked = []
    policy = turncast.train(
        tiny(), network=SMALL, config=QUICK, should_stop=lambda: bool(asked.append(1)) or len(asked) > 2
    )
    assert policy.card.interrupted
    assert len(asked) == 3
