"""Each augmentation changes its share of a training batch, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.layouts import drinks_corpus
from turncast import Corpus, Dialogue, EncoderConfig, Turn
from turncast.features import Augmentation, Batches, CorpusStatistics, TurnEncoder, encode

SHARES = st.floats(0, 1)


def batches_of(corpus, words="bits"):
    statistics = CorpusStatistics.from_corpus(corpus, config=EncoderConfig(min_count=1))
    encoder, space = statistics.encoder(words), statistics.action_space()
    return Batches(encode(corpus, encoder, space), 64), encoder, space


def pairs(batches, augmentation):
    """The same batches without and with an augmentation."""
    plain, augmented = (batches.shuffled(np.random.default_rng(1), one) for one in (None, augmentation))
    return list(zip(plain, augmented, strict=True))


def turns_of(batches, augmentation):
    """The bits of each turn without and with an augmentation."""
    for before, after in pairs(batches, augmentation):
        for was, came in zip(
            before.inputs["bits"][before.weights > 0], after.inputs["bits"][before.weights > 0], strict=True
        ):
            yield tuple(
                {int(bit) for bit in bits if bit < batches.encoded.num_features} for bits in (was, came)
            )


def predicted(batches, actions):
    """These actions as the predicted previous actions of every turn but the first of a dialogue."""
    encoded = batches.encoded
    previous = np.tile(np.array(actions, np.int32), (len(encoded.bits), 1))
    previous[encoded.first_turns] = -1
    return previous


@pytest.mark.quick
@given(
    words=SHARES,
    turns=SHARES,
    facts=SHARES,
    share=SHARES,
    values=SHARES,
    multi=st.booleans(),
    read=st.sampled_from(["bits", "mean"]),
)
def test_an_augmentation_changes_no_shape_target_or_padding(words, turns, facts, share, values, multi, read):
    batches, _, space = batches_of(tiny(multi=multi), read)
    previous = predicted(batches, [0, len(space)])
    for before, after in pairs(batches, Augmentation(words, turns, facts, values, share, previous)):
        padded = before.weights == 0
        assert before.inputs.keys() == after.inputs.keys()
        for name, array in before.inputs.items():
            assert (after.inputs[name].shape, after.inputs[name].dtype) == (array.shape, array.dtype)
            np.testing.assert_array_equal(after.inputs[name][padded], array[padded])
        np.testing.assert_array_equal(before.targets, after.targets)
        np.testing.assert_array_equal(before.weights, after.weights)


@pytest.mark.parametrize("read", ["bits", "mean"])
def test_turn_dropout_hides_every_word_of_a_turn_or_none(read):
    batches, encoder, _ = batches_of(tiny(dialogues=40), read)
    hidden = real = 0
    for before, after in pairs(batches, Augmentation(turn_dropout=0.4)):
        if read == "bits":
            words = encoder.blocks[0].vocabulary
            was, came = before.inputs["bits"], after.inputs["bits"]
            of_words, unknown = was < words.unknown, words.unknown
        else:
            was, came = before.inputs["tokens"], after.inputs["tokens"]
            of_words, unknown = was > 0, 1
        hidden_words = ((came == unknown) & of_words).sum(-1)
        assert ((hidden_words == 0) | (hidden_words == of_words.sum(-1))).all()
        np.testing.assert_array_equal(came[~of_words], was[~of_words])
        hidden, real = hidden + np.count_nonzero(hidden_words), real + before.num_turns
    assert 0.25 < hidden / real < 0.55


def test_fact_dropout_removes_facts_and_nothing_else():
    batches, encoder, _ = batches_of(tiny(dialogues=40))
    facts, removed, all_facts = encoder.block_bits("facts"), 0, 0
    for before, after in pairs(batches, Augmentation(fact_dropout=0.5)):
        was, came = before.inputs["bits"], after.inputs["bits"]
        of_facts = (was >= facts.start) & (was < facts.stop)
        assert (came[came != was] == encoder.width).all()
        np.testing.assert_array_equal(came[~of_facts], was[~of_facts])
        removed, all_facts = removed + (came != was).sum(), all_facts + of_facts.sum()
    assert 0.3 < removed / all_facts < 0.7


def test_scheduled_sampling_replaces_previous_actions_and_their_response():
    batches, encoder, space = batches_of(tiny(dialogues=40))
    previous_turn = set(encoder.block_bits("previous_actions")) | set(encoder.block_bits("last_response"))
    as_live, _ = encoder.encode(Turn(), replace(encoder.start(), previous_actions=("serve_tea",)))
    replacement = set(as_live.bits) & previous_turn
    assert len(replacement) > 1
    changed = same = 0
    actions = predicted(batches, space.indices(["serve_tea"]))
    for before, after in turns_of(batches, Augmentation(scheduled_sampling=0.5, predicted_actions=actions)):
        assert after - previous_turn == before - previous_turn
        assert after & previous_turn in (before & previous_turn, replacement)
        if max(encoder.block_bits("previous_actions")) in before:  # a first turn has no previous actions
            assert after == before
        else:
            changed, same = changed + (after != before), same + (after == before)
    assert changed > 10
    assert same > 10


def test_more_predicted_actions_than_bits_are_cut_off():
    """Shapes stay: the other bits of a turn come first, and the last predicted actions are cut off."""
    batches, encoder, space = batches_of(tiny(dialogues=40, multi=True))
    previous_turn = set(encoder.block_bits("previous_actions")) | set(encoder.block_bits("last_response"))
    replacement = set(batches.encoded.tables.previous_actions.ravel())
    cut = 0
    previous = predicted(batches, range(len(space)))
    for before, after in turns_of(batches, Augmentation(scheduled_sampling=1.0, predicted_actions=previous)):
        assert after - previous_turn == before - previous_turn
        if max(encoder.block_bits("previous_actions")) not in before:
            assert after & previous_turn <= replacement
            cut += not replacement - {encoder.width} <= after
    assert cut


def test_collected_values_are_in_corpus_order():
    batches, _, _ = batches_of(drinks_corpus(dialogues=17))
    targets = batches.encoded.targets
    collected = batches.collect(lambda batch: batch.targets)
    np.testing.assert_array_equal(collected[:, 0], targets.values[targets.offsets[:-1]])


ORDER = Turn("tea and cake", ("offer {drink}",), response="offer tea")
FED = Corpus("fed", [Dialogue(f"d{number}", [ORDER, Turn("more tea", ("bye",))]) for number in range(40)])
ALL = EncoderConfig(
    min_count=1, word_bigrams=True, character_trigrams=True, last_response=True, learn_values=True
)


@pytest.mark.parametrize("words", ["bits", "mean"])
def test_unknown_values_are_encoded_as_without_slot_values(words):
    """Bits and tokens equal those of an encoder that does not know the slot's values."""
    statistics = CorpusStatistics.from_corpus(FED, config=ALL)
    encoder, space = statistics.encoder(words), statistics.action_space()
    batches = Batches(encode(FED, encoder, space), 64)
    without_values = TurnEncoder(encoder.blocks, encoder.tokenizer)  # the same bits, without slot values
    memory, expected, tokens = without_values.start(), [], []
    for turn in FED.dialogues[0]:
        one, memory = without_values.encode(turn, memory)
        expected.append(set(one.bits))
        tokens.append(one.tokens)
    for before, after in pairs(batches, Augmentation(value_dropout=1.0)):
        assert not (before.inputs["bits"] == after.inputs["bits"]).all()
        for bits in after.inputs["bits"]:
            assert [set(turn[turn < encoder.width].tolist()) for turn in bits] == expected
        if words == "mean":
            assert [[token for token in turn if token] for turn in after.inputs["tokens"][0]] == tokens


def test_value_dropout_draws_slots_for_each_dialogue():
    statistics = CorpusStatistics.from_corpus(FED, config=ALL)
    encoder = statistics.encoder()
    batches = Batches(encode(FED, encoder, statistics.action_space()), 1000)
    ((before, after),) = pairs(batches, Augmentation(value_dropout=0.4))
    changed = (before.inputs["bits"] != after.inputs["bits"]).any(2)
    np.testing.assert_array_equal(changed[:, 0], changed[:, 1])  # throughout a dialogue, or not at all
    assert 5 < changed[:, 0].sum() < 30
