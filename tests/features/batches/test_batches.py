"""Batches: shapes, limits, order and padding."""

import numpy as np
import pytest

from support.corpora import tiny
from support.layouts import LAYOUTS, drinks_corpus
from turncast import Corpus, Dialogue, EncoderConfig, NetworkConfig, Turn
from turncast.features import Augmentation, Batches, CorpusStatistics, encode
from turncast.features.batches.buckets import bucket_edges


def batches_of(corpus, batch_turns, words="bits"):
    config = NetworkConfig(words=words)
    statistics = CorpusStatistics.from_corpus(corpus, config=EncoderConfig(min_count=1, position=False))
    encoder = statistics.encoder(words)
    return Batches(encode(corpus, encoder, statistics.action_space(), config), batch_turns)


def augmented(batches, **shares):
    return batches.shuffled(np.random.default_rng(1), Augmentation(**shares))


@pytest.mark.quick
def test_batches_have_few_shapes_within_the_limit_of_turn_slots():
    generator = np.random.default_rng(0)
    lengths = np.concatenate([1 + generator.poisson(12, 3000), [90, 150, 400]])
    corpus = Corpus("c", [Dialogue(str(n), [Turn("hi", ("a",))] * int(t)) for n, t in enumerate(lengths)])
    batches = batches_of(corpus, 1024)
    shapes = {batch.inputs["bits"].shape for batch in batches.in_order()}
    assert len(shapes) <= 6
    assert all(rows * turns <= 1024 for rows, turns, _ in shapes)
    assert batches.fill > 0.85


def test_empty_rows_count_as_padding():
    """By lengths alone one shape would do, but the last batch would be half empty."""
    corpus = Corpus("c", [Dialogue(str(n), [Turn("hi", ("a",))] * (18 + n % 3)) for n in range(3)])
    assert bucket_edges([18, 19, 20], 6) == [20]
    batches = batches_of(corpus, 40)
    assert [(bucket.batch_size, bucket.turns) for bucket in batches.buckets] == [(1, 18), (2, 20)]
    assert batches.fill > 0.95


def test_a_dialogue_beyond_the_limit_is_a_batch_of_its_own():
    corpus = Corpus("c", [Dialogue("long", [Turn("hi", ("a",))] * 5000), *tiny().dialogues])
    long = [batch for batch in batches_of(corpus, 256).in_order() if batch.inputs["bits"].shape[1] == 5000]
    assert [batch.inputs["bits"].shape[0] for batch in long] == [1]


@pytest.mark.parametrize(("words", "name"), [("bits", "bits"), ("mean", "tokens")])
def test_one_giant_text_does_not_widen_the_other_batches(words, name):
    giant = Dialogue("giant", [Turn(" ".join(f"w{n}" for n in range(3000)), ("a",))])
    batches = batches_of(Corpus("c", [giant, *tiny(dialogues=60).dialogues]), 12, words)
    widths = sorted(batch.inputs[name].shape[2] for batch in batches.in_order())
    assert widths[-1] == (64 if words == "mean" else 3001)
    assert widths[-2] < 10


def test_collected_values_are_in_corpus_order():
    """Dialogues of similar length are split by their longest text; a group may lack the longest dialogue."""
    lengths = [(20, 1)] * 100 + [(19, 30)] * 100
    corpus = Corpus(
        "c",
        [
            Dialogue(str(n), [Turn("hi " * words, ("ab"[(n + at) % 2],)) for at in range(turns)])
            for n, (turns, words) in enumerate(lengths)
        ],
    )
    batches = batches_of(corpus, 60, "mean")
    assert {(bucket.turns, bucket.tokens) for bucket in batches.buckets} == {(20, 1), (20, 30)}
    collected = batches.collect(lambda batch: batch.targets)[:, 0]
    np.testing.assert_array_equal(collected, batches.encoded.targets.values)


def test_word_dropout_hides_words_and_nothing_else():
    batches = batches_of(tiny(dialogues=40), 64)
    known = [np.sort(batch.inputs["bits"], -1) for batch in batches.shuffled(np.random.default_rng(1))]
    hidden = [batch.inputs["bits"] for batch in augmented(batches, word_dropout=0.99)]
    statistics = CorpusStatistics.from_corpus(tiny(dialogues=40), config=EncoderConfig(min_count=1))
    encoder = statistics.encoder()
    words = encoder.blocks[0].vocabulary
    bits = np.concatenate([batch.ravel() for batch in hidden])
    assert (bits == words.unknown).sum() > 10 * (bits < len(words)).sum()
    for before, after in zip(known, hidden, strict=True):
        others = before > words.unknown
        np.testing.assert_array_equal(before[others], np.sort(after, -1)[others])


def test_word_dropout_makes_tokens_unknown_and_nothing_else():
    batches = batches_of(tiny(dialogues=40), 64, words="mean")
    known = [batch.inputs for batch in batches.shuffled(np.random.default_rng(1))]
    hidden = [batch.inputs for batch in augmented(batches, word_dropout=0.5)]
    changed = real = 0
    for before, after in zip(known, hidden, strict=True):
        np.testing.assert_array_equal(before["bits"], after["bits"])
        np.testing.assert_array_equal(before["tokens"] == 0, after["tokens"] == 0)
        differ = before["tokens"] != after["tokens"]
        assert (after["tokens"][differ] == 1).all()
        changed, real = changed + differ.sum(), real + (before["tokens"] > 0).sum()
    assert 0.3 < changed / real < 0.7


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_arrays_of_each_layout_have_their_shapes(layout):
    corpus, network = drinks_corpus(dialogues=11), LAYOUTS[layout]
    statistics = CorpusStatistics.from_corpus(corpus, network)
    for words in ("bits", "mean"):
        encoder, space = statistics.encoder(words), statistics.action_space()
        batches = Batches(encode(corpus, encoder, space, network.model_copy(update={"words": words})), 12)
        for batch in batches.in_order():
            rows, turns, _ = batch.inputs["bits"].shape
            targets = {"many-to-one": 1, "many-to-many-1": 3 * turns}.get(network.layout, turns)
            assert batch.targets.shape[:2] == batch.weights.shape == (rows, targets)
            assert batch.inputs.keys() == (
                {"bits"}
                | ({"tokens"} if words == "mean" else set())
                | ({"mask"} if network.layout == "many-to-one" else set())
            )
            assert batch.weights.dtype == np.float32
            for name, array in batch.inputs.items():
                assert array.shape[:2] == (rows, turns)
                assert array.dtype == (bool if name == "mask" else np.int32)
