"""Training: every knob turns something; what cannot be learned from is refused; the best weights are kept."""

import ast
import functools

import numpy as np
import pytest

import turncast
from support.corpora import QUICK, SMALL, tiny
from support.large import large
from support.layouts import drinks_corpus
from turncast import Corpus, Dialogue, EncoderConfig, NetworkConfig, TrainConfig, Turn
from turncast.errors import ConfigError, CorpusError
from turncast.network import build_network


@pytest.mark.quick
def test_it_learns_what_needs_memory():
    """What is served at the third turn was said at the first."""
    config = TrainConfig(epochs=25, patience=25, batch_turns=64, learning_rate=0.02, seed=1)
    network = NetworkConfig(units=16, dropout=0.0)
    corpus, test = tiny(dialogues=40), tiny("test", dialogues=20)
    report = turncast.evaluate(turncast.train(corpus, corpus, network=network, config=config), test)
    forgetful = network.model_copy(update={"layout": "one-to-one"})
    without = turncast.evaluate(turncast.train(corpus, corpus, network=forgetful, config=config), test)
    assert report.turn_accuracy == 1.0
    assert report.dialogue_accuracy == 1.0
    assert without.turn_accuracy < 1.0
    assert without.floors["count_table"].value < 1.0


def test_several_actions_at_once_are_learned():
    config = TrainConfig(epochs=25, patience=25, batch_turns=64, learning_rate=0.02, seed=2)
    corpus = tiny(dialogues=40, multi=True)
    network = NetworkConfig(units=16, bit_units=32, dropout=0.0)
    policy = turncast.train(corpus, corpus, network=network, config=config)
    assert policy.space.multi
    assert turncast.evaluate(policy, corpus).turn_accuracy == 1.0


def test_doing_nothing_can_be_learned():
    turns = [Turn("speak", ("talk",)), Turn("be quiet", ())]
    corpus = Corpus("quiet", [Dialogue(str(n), turns) for n in range(20)])
    config = TrainConfig(epochs=15, patience=15, batch_turns=64, learning_rate=0.02)
    policy = turncast.train(corpus, corpus, network=NetworkConfig(units=8, dropout=0.0), config=config)
    assert policy.space.may_be_empty
    assert [prediction.actions for prediction in policy.predict(Dialogue("x", turns))] == [("talk",), ()]


@functools.cache
def weights_of_base(settings: str):
    return weights(**ast.literal_eval(settings))


def weights(**settings):
    encoder = {name: settings.pop(name) for name in list(settings) if name in EncoderConfig.model_fields}
    network = {name: settings.pop(name) for name in list(settings) if name in NetworkConfig.model_fields}
    config = QUICK.model_dump() | {"epochs": 1, "epoch_batches": 1} | settings
    # Dialogues of one length are batches of one shape, of which less need be compiled.
    corpus = Corpus("even", [dialogue for dialogue in drinks_corpus() if len(dialogue) == 3])
    return turncast.train(
        corpus,
        network=NetworkConfig(**SMALL.model_dump() | network),
        config=TrainConfig(**config),
        encoder=EncoderConfig(**encoder),
    ).weights


@pytest.fixture(scope="module")
def base():
    return weights()


@pytest.mark.parametrize(
    "knob",
    [
        {"units": 9},
        {"layout": "one-to-one"},
        {"dropout": 0.5},
        {"epochs": 2},
        {"epoch_batches": 2},
        {"learning_rate": 0.01},
        {"clip_norm": 0.001},
        {"word_dropout": 0.9},
        {"turn_dropout": 0.9},
        {"fact_dropout": 0.9},
        {"label_smoothing": 0.3},
        {"class_weights": 0.5},
        {"batch_turns": 6},
        {"dev_share": 0.5},
        {"seed": 4},
        {"min_count": 6},
        {"max_words": 2},
        {"max_values": 0},
        {"buckets": 2},
        {"words": "mean"},
        {"cell": "gru"},
        {"layer_norm": True},
        *large(
            {"layers": 2},
            {"words": "mean", "tokenizer": "bpe"},
            {"residual": True, "layers": 2},
            {"layout": "many-to-many-1"},
            {"layout": "one-to-many"},
        ),
    ],
    ids=str,
)
def test_every_setting_changes_something(knob, base):
    turned = weights(**knob)
    assert turned.keys() != base.keys() or any(
        not np.array_equal(turned[name], base[name]) for name in turned
    )


@pytest.mark.parametrize(
    ("base", "knob"),
    [
        ({"words": "mean"}, {"tokenizer": "bpe"}),
        ({"words": "mean"}, {"max_tokens": 1}),
        ({"words": "mean"}, {"word_dropout": 0.9}),
        ({"epochs": 4, "patience": 4}, {"scheduled_sampling": 1.0}),
        ({"epochs": 4, "patience": 4}, {"ema": 0.5}),
        *large(
            ({"words": "mean"}, {"words": "max"}),
            ({"words": "mean"}, {"words": "conv"}),
            ({"words": "mean"}, {"words": "lstm"}),
            ({"words": "mean"}, {"word_units": 3}),
            ({"layout": "many-to-many-1"}, {"horizon": 2}),
            ({"layout": "many-to-one", "outcome": "drink"}, {"outcome": "number"}),
            ({"layout": "many-to-one", "outcome": "drink"}, {"beginning": 1}),
            ({"cell": "transformer"}, {"heads": 2}),
            ({"layers": 2}, {"residual": True}),
        ),
    ],
    ids=str,
)
def test_every_setting_of_a_layout_changes_something(base, knob):
    before, after = weights_of_base(str(base)), weights(**base | knob)
    assert after.keys() != before.keys() or any(
        not np.array_equal(before[name], after[name]) for name in after
    )


def test_patience_stops_and_the_best_epoch_is_kept():
    config = TrainConfig(
        epochs=99, patience=2, batch_turns=64, scheduled_sampling=0, learning_rate=0.02, seed=1
    )
    policy = turncast.train(tiny(), tiny("dev"), network=SMALL, config=config)
    metrics = policy.card.metrics
    accuracies, losses = ([record[name] for record in metrics] for name in ("dev_turn_accuracy", "dev_loss"))
    best = max(accuracies)
    assert len(metrics) < 99
    assert max(accuracies[-2:]) <= max(accuracies[:-2])
    assert min(losses[-2:]) > min(losses[:-2]) - 0.001
    assert accuracies[-3] > max(accuracies[:-3]) or losses[-3] < min(losses[:-3])
    assert turncast.evaluate(policy, tiny("dev")).turn_accuracy == pytest.approx(best)
    assert [record["epoch"] for record in metrics if record["best"]][-1] >= accuracies.index(best) + 1


def test_training_continues_while_the_dev_loss_falls():
    """Epochs in which not one turn more is right are none of those that patience counts."""
    config = TrainConfig(epochs=30, patience=2, epoch_batches=1, batch_turns=64, scheduled_sampling=0, seed=1)
    metrics = turncast.train(tiny(), tiny("dev"), network=SMALL, config=config).card.metrics
    accuracies, losses = ([record[name] for record in metrics] for name in ("dev_turn_accuracy", "dev_loss"))
    assert losses[-1] == min(losses)
    assert any(max(accuracies[:at]) >= max(accuracies[at : at + 2]) for at in range(1, len(accuracies) - 2))
    assert len(metrics) == 30


def test_a_loss_that_hardly_falls_ends_a_training():
    """All is right, and each epoch is a little surer of it."""
    plain = {"word_dropout": 0, "scheduled_sampling": 0, "label_smoothing": 0}
    config = TrainConfig(epochs=200, patience=2, learning_rate=0.02, seed=1, **plain)
    corpus, network = tiny(dialogues=3), NetworkConfig(units=16, dropout=0.0)
    metrics = turncast.train(corpus, corpus, network=network, config=config).card.metrics
    assert len(metrics) < 200
    assert [record["dev_turn_accuracy"] for record in metrics[-3:]] == [1.0] * 3
    assert metrics[-1]["dev_loss"] < min(record["dev_loss"] for record in metrics[:-1])


def test_the_seed_layout_is_built_as_named():
    from turncast.backend import keras
    from turncast.layers import TimeDistributed

    model = build_network(
        NetworkConfig(units=8, layers=2, bit_units=4),
        num_features=20,
        num_tokens=0,
        num_actions=5,
        multi=True,
        seed=1,
    )
    hidden = [layer for layer in model.layers if isinstance(layer, keras.layers.LSTM)]
    assert [layer.return_sequences for layer in hidden] == [True, True]
    actions = model.get_layer("actions")
    assert isinstance(actions, TimeDistributed)
    assert isinstance(actions.layer, keras.layers.Dense)
    assert model.get_layer("probabilities").activation.__name__ == "sigmoid"
    assert model.count_params() == 4 * (20 + 1) + 4 * 8 * (4 + 8 + 1) + 4 * 8 * (8 + 8 + 1) + 5 * (8 + 1)


@pytest.mark.parametrize(
    ("corpus", "message"),
    [
        (
            Corpus("one", [Dialogue(name, [Turn("hi", ("greet",))]) for name in "ab"]),
            "one: there is only the action 'greet'; a policy needs two to choose between; check the labels",
        ),
        (
            Corpus("none", [Dialogue(name, [Turn("hi")]) for name in "ab"]),
            "none: there is no action at all; a policy needs two to choose between; check the labels",
        ),
        (
            Corpus("single", [Dialogue("a", [Turn("hi", ("greet",))])]),
            "single: a dev part cannot be split off one dialogue; give more dialogues, or a dev part",
        ),
    ],
)
def test_corpora_that_cannot_be_learned_from(corpus, message):
    with pytest.raises(CorpusError) as error:
        turncast.train(corpus)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("kind", "settings", "message"),
    [
        (TrainConfig, {"epoch": 3}, "unknown setting 'epoch'; did you mean 'epochs'?"),
        (TrainConfig, {"epochs": 0}, "setting 'epochs' is 0; input should be greater than or equal to 1"),
        (
            NetworkConfig,
            {"units": "many"},
            "setting 'units' is 'many'; input should be a valid integer, unable to ",
        ),
        (
            NetworkConfig,
            {"layout": "x"},
            "setting 'layout' is 'x'; input should be 'many-to-many-2', 'many-to-many-1', 'many-to-one', ",
        ),
    ],
)
def test_unknown_settings_are_refused(kind, settings, message):
    with pytest.raises(ConfigError) as error:
        kind(**settings)
    assert str(error.value).startswith(message)


def test_a_corpus_is_not_changed_and_may_be_lazy(tmp_path):
    from turncast.readers import to_json

    path = tmp_path / "tiny.jsonl"
    path.write_text("".join(to_json(dialogue) + "\n" for dialogue in tiny()))
    lazy = turncast.train(turncast.read(path), network=SMALL, config=QUICK)
    loaded = turncast.train(tiny(), network=SMALL, config=QUICK)
    assert all(np.array_equal(lazy.weights[name], loaded.weights[name]) for name in lazy.weights)
    assert lazy.card.corpus["fingerprint"] == loaded.card.corpus["fingerprint"]


def test_a_loss_that_is_nan_is_refused_with_a_cure():
    with pytest.raises(ConfigError, match=r"the loss is nan in epoch [12]; try a smaller learning_rate"):
        turncast.train(tiny(), network=SMALL, config=QUICK.model_copy(update={"learning_rate": 1e38}))
