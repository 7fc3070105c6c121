"""Scheduled use of the network's own previous actions."""

import numpy as np
import pytest

import turncast
from support.corpora import SMALL, tiny
from support.layouts import LAYOUTS
from turncast import Corpus, Dialogue, TrainConfig, Turn
from turncast.backend import keras
from turncast.config import Configuration
from turncast.errors import ConfigError
from turncast.features import Augmentation
from turncast.network import build_network, write_weights
from turncast.training.prepare import prepare
from turncast.training.scheduled_sampling import predicted_previous_actions
from turncast.training.step import make_optimizer, make_step


def made(network, corpus, config):
    data = prepare(corpus, corpus, Configuration(network=network, training=config))
    sizes = {"num_features": data.encoder.width, "num_actions": len(data.space)}
    return build_network(network, **sizes, multi=data.space.multi, seed=1), data


@pytest.mark.parametrize(
    ("layout", "multi"),
    [("many-to-many-2", False), ("many-to-many-2", True), ("one-to-one", False), ("many-to-many-1", False)],
)
def test_a_turn_gets_the_policy_s_previous_actions(layout, multi):
    network, corpus = LAYOUTS[layout], tiny(dialogues=23, multi=multi)
    config = TrainConfig(epochs=8, learning_rate=0.05, batch_turns=12)
    policy = turncast.train(corpus, corpus, network=network, config=config)
    model, data = made(network, corpus, config)
    space = data.space
    write_weights(model, policy.weights)
    step = make_step(model, make_optimizer(config), config, space.multi)
    own = predicted_previous_actions(data.train, space, step.probabilities)
    most = max(len(turn.actions) for dialogue in corpus for turn in dialogue)
    assert own.shape == (sum(map(len, corpus)), most)
    expected = []
    for dialogue in corpus:
        before = [set(space.indices(p.actions)) for p in policy.predict(dialogue)[:-1]]
        expected += [{-1}, *before]
    previous = [{int(action) for action in row if action < len(space)} for row in own]
    assert all(a == b if len(b) <= most else a < b for a, b in zip(previous, expected, strict=True))
    assert len({frozenset(actions) for actions in expected}) > 2


@pytest.mark.quick
@pytest.mark.skipif(keras.backend.backend() != "jax", reason="only there each shape is compiled beforehand")
def test_nothing_is_compiled_for_it_once_training_has_begun():
    network, config = LAYOUTS["many-to-many-2"], TrainConfig(batch_turns=12, scheduled_sampling=1.0)
    model, data = made(network, tiny(dialogues=23), config)
    step = make_step(model, make_optimizer(config), config, multi=False)
    step.prepare(data.train, data.dev)
    before = step.num_compiled
    actions = predicted_previous_actions(data.train, data.space, step.probabilities)
    own = Augmentation(scheduled_sampling=1.0, predicted_actions=actions)
    for batch in data.train.shuffled(np.random.default_rng(1), own):
        step(step.place(batch))
    assert step.num_compiled == before


@pytest.mark.parametrize("layout", ["many-to-one", "one-to-many"])
def test_a_network_without_actions_of_its_own_is_refused(layout):
    with pytest.raises(ConfigError, match=f"'scheduled_sampling' is 0.5 with the layout '{layout}'"):
        turncast.train(tiny(), network=LAYOUTS[layout], config=TrainConfig(scheduled_sampling=0.5))


def ordered(dialogues, wrong):
    """Whoever began with tea goes on with tea. What is said first tells nothing; then it does, mostly."""
    made = []
    for number in range(dialogues):
        drink, other = ("tea", "coffee") if number % 2 else ("coffee", "tea")
        said = other if wrong and number // 2 % wrong == 0 else drink
        turns = [Turn("hello", (drink,)), Turn(said, (drink,)), Turn("more", (drink,))]
        made.append(Dialogue(str(number), turns))
    return Corpus("orders", made)


def right_when_it_goes_by_its_own_actions(policy, corpus):
    right = 0
    for dialogue in corpus:
        state = policy.start()
        for number, turn in enumerate(dialogue):
            prediction, state = policy.step(state, turn)
            state = state.committed(prediction.actions)
            right += number > 0 and prediction.actions == turn.actions
    return right


def test_live_use_recovers_from_an_error():
    """After the true actions, the last one says all; live, the first one is a guess."""
    dev, right = ordered(20, wrong=0), {}
    for share in (0.0, 0.5):
        config = TrainConfig(
            epochs=20, patience=20, learning_rate=0.02, batch_turns=60, scheduled_sampling=share
        )
        policy = turncast.train(ordered(60, wrong=6), dev, network=SMALL, config=config)
        assert turncast.evaluate(policy, dev).turn_accuracy == pytest.approx(5 / 6)
        right[share] = right_when_it_goes_by_its_own_actions(policy, dev)
    assert right[0.0] <= 30
    assert right[0.5] == 40
