"""Each layout is trained, judged and refused as it should be."""

from dataclasses import replace

import pytest

import turncast
from support.corpora import QUICK
from support.large import large
from support.layouts import LAYOUTS, drinks_corpus
from turncast import Corpus, Dialogue, EncoderConfig, NetworkConfig, TrainConfig, Turn
from turncast.errors import CorpusError
from turncast.layouts import END

LEARN = TrainConfig(epochs=25, patience=25, batch_turns=64, learning_rate=0.02, seed=1)


def learned(layout: str, **settings):
    config = NetworkConfig(units=16, dropout=0.0, layout=layout, **settings)
    corpus = drinks_corpus(dialogues=40)
    return turncast.evaluate(turncast.train(corpus, corpus, network=config, config=LEARN), corpus)


def test_the_next_actions_are_predicted_as_far_as_possible():
    report = learned("many-to-many-1", horizon=2)
    assert report.turn_accuracy == 1.0
    # That a dialogue ends after its second turn is known at that turn: a large coffee was wished.
    assert [share.part for share in report.ahead] == [110, 110]
    assert report.floors["count_table"].value < 1.0


def test_the_whole_course_is_foreseen_from_the_first_turn():
    report = learned("one-to-many")
    assert report.turns.whole == 110 + 40
    # Which half of the coffees ends after two turns is not known at the first.
    assert report.turns.part == 40 + 40 + 30 + 30
    assert report.actions[END].support == 40
    assert report.dialogues.part == 30


@pytest.mark.quick
@pytest.mark.parametrize("beginning", [1, *large(0, 2)])
def test_the_outcome_is_predicted_from_the_first_words(beginning):
    report = learned("many-to-one", outcome="drink", beginning=beginning)
    assert (report.turns.part, report.turns.whole) == (40, 40)
    floor = report.floors["count_table"].value
    assert floor == 1.0 if beginning == 1 else floor < 1.0


@pytest.mark.parametrize(("words", "multi"), [("bits", True), *large(("mean", False))])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_dev_figures_are_those_of_the_evaluation(layout, words, multi):
    """What training sees in batches is what the policy does dialogue by dialogue, for each layout.

    While it trains an action is taken from one half on; how sets are decided is fitted only afterwards.
    """
    network, dev = LAYOUTS[layout].model_copy(update={"words": words}), drinks_corpus("dev", 20, multi)
    config = QUICK.model_copy(update={"decide": "half"})
    policy = turncast.train(drinks_corpus(multi=multi), dev, network=network, config=config)
    best = max(record["dev_turn_accuracy"] for record in policy.card.metrics)
    assert turncast.evaluate(policy, dev).turn_accuracy == pytest.approx(best)
    assert policy.encoder.num_tokens == 0 or words == "mean"


@pytest.mark.parametrize("tokenizer", ["words", *large("bpe")])
def test_words_in_order_teach_what_a_set_of_words_cannot(tokenizer):
    """Tea without milk, or milk without tea: the same words."""
    said = {"tea without milk": "serve_tea", "milk without tea": "serve_milk"}
    corpus = Corpus(
        "order", [Dialogue(str(n), [Turn(text, (said[text],))]) for n, text in enumerate(20 * list(said))]
    )
    shares = []
    for words in ("bits", "lstm"):
        network = NetworkConfig(units=16, dropout=0.0, words=words, word_units=16)
        encoder = EncoderConfig(tokenizer=tokenizer)
        policy = turncast.train(corpus, corpus, network=network, config=LEARN, encoder=encoder)
        shares.append(turncast.evaluate(policy, corpus).turn_accuracy)
    assert shares == [0.5, 1.0]


def one_outcome(value: str) -> Corpus:
    return Corpus("calm", [replace(dialogue, metadata={"mood": value}) for dialogue in drinks_corpus()])


@pytest.mark.parametrize(
    ("corpus", "dev", "settings", "message"),
    [
        (
            drinks_corpus("shop"),
            None,
            {"layout": "many-to-one"},
            "shop: no dialogue has a value of 'outcome' in its metadata, which has 'drink', 'number'; "
            "name another by the setting outcome, or choose another layout",
        ),
        (
            drinks_corpus("shop"),
            one_outcome("good"),
            {"layout": "many-to-one", "outcome": "drink"},
            "calm: no dialogue has a value of 'drink' in its metadata, which has 'mood'; "
            "name another by the setting outcome, or choose another layout",
        ),
        (
            one_outcome("good"),
            None,
            {"layout": "many-to-one", "outcome": "mood"},
            "calm: there is only the outcome 'good'; a policy needs two to choose between; check the labels",
        ),
        (
            Corpus("ends", [Dialogue(name, [Turn("bye", (END,)), Turn("hi", ("greet",))]) for name in "ab"]),
            drinks_corpus(),
            {"layout": "one-to-many"},
            "dialogue 'a': an action is named '<end>', which stands for the end of a dialogue; "
            "rename it, or choose another layout",
        ),
    ],
)
def test_a_corpus_that_a_layout_cannot_serve_is_refused(corpus, dev, settings, message, monkeypatch):
    def never(*_, **__):
        raise AssertionError("a network was built")

    monkeypatch.setattr("turncast.network.build_network", never)
    with pytest.raises(CorpusError) as error:
        turncast.train(corpus, dev, network=NetworkConfig(**settings))
    assert str(error.value) == message


def test_skipped_training_dialogues_are_reported():
    corpus = Corpus(
        "some", [replace(d, metadata={}) if n % 4 == 2 else d for n, d in enumerate(drinks_corpus())]
    )
    policy = turncast.train(corpus, network=LAYOUTS["many-to-one"], config=QUICK)
    assert policy.card.corpus["skipped"] == {"no 'drink' in the metadata": 3}
    assert policy.card.corpus["dialogues"] == 8
