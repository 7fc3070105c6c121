"""What the inputs of a training batch are told otherwise: that, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.corpora import tiny
from support.layouts import told
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


def own(batches, actions):
    """These actions as the predicted previous actions of every turn but the first of a dialogue."""
    encoded = batches.encoded
    previous = np.tile(np.array(actions, np.int32), (len(encoded.bits), 1))
    previous[encoded.first_turns] = -1
    return previous


@given(
    words=SHARES,
    turns=SHARES,
    facts=SHARES,
    share=SHARES,
    values=SHARES,
    multi=st.booleans(),
    read=st.sampled_from(["bits", "mean"]),
)
def test_shapes_targets_and_padding_stay(words, turns, facts, share, values, multi, read):
    batches, _, space = batches_of(tiny(multi=multi), read)
    previous = own(batches, [0, len(space)])
    for before, after in pairs(batches, Augmentation(words, turns, facts, values, share, previous)):
        padded = before.weights == 0
        assert before.inputs.keys() == after.inputs.keys()
        for name, array in before.inputs.items():
            assert (after.inputs[name].shape, after.inputs[name].dtype) == (array.shape, array.dtype)
            np.testing.assert_array_equal(after.inputs[name][padded], array[padded])
        np.testing.assert_array_equal(before.targets, after.targets)
        np.testing.assert_array_equal(before.weights, after.weights)


@pytest.mark.parametrize("read", ["bits", "mean"])
def test_turn_dropout_takes_every_word_of_a_turn_or_none(read):
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
        gone = ((came == unknown) & of_words).sum(-1)
        assert ((gone == 0) | (gone == of_words.sum(-1))).all()
        np.testing.assert_array_equal(came[~of_words], was[~of_words])
        hidden, real = hidden + np.count_nonzero(gone), real + before.num_turns
    assert 0.25 < hidden / real < 0.55


def test_fact_dropout_takes_facts_and_nothing_else():
    batches, encoder, _ = batches_of(tiny(dialogues=40))
    facts, gone, all_facts = encoder.block_bits("facts"), 0, 0
    for before, after in pairs(batches, Augmentation(fact_dropout=0.5)):
        was, came = before.inputs["bits"], after.inputs["bits"]
        of_facts = (was >= facts.start) & (was < facts.stop)
        assert (came[came != was] == encoder.width).all()
        np.testing.assert_array_equal(came[~of_facts], was[~of_facts])
        gone, all_facts = gone + (came != was).sum(), all_facts + of_facts.sum()
    assert 0.3 < gone / all_facts < 0.7


def test_own_actions_stand_where_the_true_ones_stood_and_so_does_what_they_say():
    batches, encoder, space = batches_of(tiny(dialogues=40))
    done = set(encoder.block_bits("previous_actions")) | set(encoder.block_bits("last_response"))
    as_live, _ = encoder.encode(Turn(), replace(encoder.start(), previous_actions=("serve_tea",)))
    mine = set(as_live.bits) & done
    assert len(mine) > 1
    changed = kept = 0
    own_actions = own(batches, space.indices(["serve_tea"]))
    for before, after in turns_of(
        batches, Augmentation(scheduled_sampling=0.5, predicted_actions=own_actions)
    ):
        assert after - done == before - done
        assert after & done in (before & done, mine)
        if max(encoder.block_bits("previous_actions")) in before:  # nothing was done before a first turn
            assert after == before
        else:
            changed, kept = changed + (after != before), kept + (after == before)
    assert changed > 10
    assert kept > 10


def test_own_actions_of_several_at_once_take_the_room_that_there_is():
    """More may be told than were taken: shapes stay, and what else a turn has goes before them."""
    batches, encoder, space = batches_of(tiny(dialogues=40, multi=True))
    done = set(encoder.block_bits("previous_actions")) | set(encoder.block_bits("last_response"))
    mine = set(batches.encoded.tables.previous_actions.ravel())
    cut = 0
    previous = own(batches, range(len(space)))
    for before, after in turns_of(batches, Augmentation(scheduled_sampling=1.0, predicted_actions=previous)):
        assert after - done == before - done
        if max(encoder.block_bits("previous_actions")) not in before:
            assert after & done <= mine
            cut += not mine - {encoder.width} <= after
    assert cut


def test_collected_values_are_in_corpus_order():
    batches, _, _ = batches_of(told(dialogues=17))
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
    """Bits and tokens are those of an encoder that lacks the slot's values, and names none of them."""
    statistics = CorpusStatistics.from_corpus(FED, config=ALL)
    encoder, space = statistics.encoder(words), statistics.action_space()
    batches = Batches(encode(FED, encoder, space), 64)
    blind = TurnEncoder(encoder.blocks, encoder.tokenizer)  # the same bits, without slot values
    memory, expected, tokens = blind.start(), [], []
    for turn in FED.dialogues[0]:
        one, memory = blind.encode(turn, memory)
        expected.append(set(one.bits))
        tokens.append(one.tokens)
    for before, after in pairs(batches, Augmentation(value_dropout=1.0)):
        assert not (before.inputs["bits"] == after.inputs["bits"]).all()
        for bits in after.inputs["bits"]:
            assert [set(turn[turn < encoder.width].tolist()) for turn in bits] == expected
        if words == "mean":
            assert [[token for token in turn if token] for turn in after.inputs["tokens"][0]] == tokens


def test_each_dialogue_has_slots_of_its_own_whose_values_are_unknown():
    statistics = CorpusStatistics.from_corpus(FED, config=ALL)
    encoder = statistics.encoder()
    batches = Batches(encode(FED, encoder, statistics.action_space()), 1000)
    ((before, after),) = pairs(batches, Augmentation(value_dropout=0.4))
    changed = (before.inputs["bits"] != after.inputs["bits"]).any(2)
    np.testing.assert_array_equal(changed[:, 0], changed[:, 1])  # throughout a dialogue, or not at all
    assert 5 < changed[:, 0].sum() < 30
