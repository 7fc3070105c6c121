"""Averages of the weights: what each backend's step keeps, what is judged, and what is kept."""

from dataclasses import replace

import numpy as np
import pytest

import turncast
from support.corpora import SMALL, tiny
from turncast import TrainConfig
from turncast.config import Configuration
from turncast.network import build_network, read_weights
from turncast.policy.decision import Decision
from turncast.training.ema import AdamSlots, averaged
from turncast.training.prepare import prepare
from turncast.training.step import make_optimizer, make_step

CONFIG = TrainConfig(ema=0.7, batch_turns=12, epochs=3, patience=3, learning_rate=0.02)


@pytest.mark.quick
def test_they_are_the_moving_average_of_the_weights_after_each_batch():
    data = prepare(tiny(dialogues=23), tiny("dev"), Configuration(network=SMALL, training=CONFIG))
    sizes = {"num_features": data.encoder.width, "num_actions": len(data.space)}
    model, optimizer = build_network(SMALL, **sizes, multi=False, seed=1), make_optimizer(CONFIG)
    step = make_step(model, optimizer, CONFIG, multi=False)
    expected = None
    for batch in list(data.train.in_order())[:4]:
        step(step.place(batch))
        step.finish()
        weights = read_weights(model)
        first = expected is None
        expected = weights if first else {n: 0.7 * expected[n] + 0.3 * weights[n] for n in weights}
    with averaged(model, optimizer):
        average = read_weights(model)
    for name, weights in read_weights(model).items():
        np.testing.assert_allclose(average[name], expected[name], atol=1e-6, err_msg=name)
        assert not np.allclose(average[name], weights, atol=1e-4)


def test_the_averages_are_evaluated_and_saved():
    policy = turncast.train(tiny(dialogues=23), tiny("dev"), network=SMALL, config=CONFIG)
    policy = replace(policy, decision=Decision())  # its probabilities as they are, not calibrated
    kept = next(record for record in reversed(policy.card.metrics) if record["best"])
    dev = tiny("dev")
    pairs = [(t, p) for d in dev for t, p in zip(d, policy.predict(d), strict=True)]
    losses = [-np.log(p.probabilities[policy.space.index(t.actions[0])]) for t, p in pairs]
    assert kept["dev_loss"] == pytest.approx(np.mean(losses), rel=1e-4)
    plain = turncast.train(
        tiny(dialogues=23), dev, network=SMALL, config=CONFIG.model_copy(update={"ema": 0.0})
    )
    # The same steps were made: only what is judged differs.
    assert [r["loss"] for r in plain.card.metrics] == pytest.approx([r["loss"] for r in policy.card.metrics])
    assert plain.card.metrics[0]["dev_loss"] != pytest.approx(policy.card.metrics[0]["dev_loss"], rel=1e-4)


def test_variables_in_another_order_are_an_error():
    """Keras promises no order of an optimiser's variables; a wrong one must not become a wrong average."""
    model = build_network(SMALL, num_features=4, num_actions=2, multi=False, seed=1)
    optimizer = make_optimizer(CONFIG)
    optimizer.build(model.trainable_variables)
    with pytest.raises(RuntimeError, match="the optimiser's variables: 'bit_dense_kernel_average' where"):
        AdamSlots.from_optimizer(optimizer, model.trainable_variables[::-1])
