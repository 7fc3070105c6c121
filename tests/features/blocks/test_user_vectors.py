"""The block of vectors, and a policy with it."""

import json
import os
import shutil

import numpy as np
import pytest

from support.corpora import QUICK, SMALL, tiny
from support.vectors import model2vec_folder
from turncast import Dialogue, EncoderConfig, Policy, Turn, train
from turncast.errors import ConfigError, ModelError
from turncast.features import CorpusStatistics
from turncast.features.batches.augmentation_tables import AugmentationTables
from turncast.features.blocks.user_vectors import PATH_VARIABLE

PLAIN = EncoderConfig(min_count=1)


# With these settings the block of vectors is the last of the encoder.
ALONE = {"last_response": False, "position": False, "learn_values": False}


def config_with(folder, **settings):
    return EncoderConfig(**{"min_count": 1, "vectors": str(folder), "vector_parts": 3, **settings})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return model2vec_folder(tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="module")
def policy(folder):
    return train(tiny(), network=SMALL, config=QUICK, encoder=config_with(folder, **ALONE))


def bits_of(encoder, user):
    """The bits of the block for a text, counted from the block's first."""
    block = encoder.block_bits("user_vectors")
    turn, _ = encoder.encode(Turn(user), encoder.start())
    return [bit - block.start for bit in turn.bits if bit in block]


@pytest.mark.quick
def test_a_text_sets_a_bit_for_each_part_and_no_text_sets_none(folder):
    encoder = CorpusStatistics.from_corpus(tiny(), config=config_with(folder)).encoder()
    unknown = len(encoder.block_bits("user_vectors")) - 1
    each = unknown // 3
    assert [bit // each for bit in bits_of(encoder, "a tea please")] == [0, 1, 2]
    assert bits_of(encoder, "zzz") == [unknown]
    for silent in (None, "", " \n"):
        assert bits_of(encoder, silent) == []
    assert bits_of(encoder, "A TEA, please") == bits_of(encoder, "a tea please")  # the tokenizer lowers both
    assert bits_of(encoder, "a tea please") != bits_of(encoder, "yes")


def test_vectors_go_together_with_tokens(folder):
    encoder = CorpusStatistics.from_corpus(tiny(), config=config_with(folder)).encoder("lstm")
    assert "user_vectors" in encoder.input_names
    assert encoder.num_tokens


def test_parts_and_centroids_follow_the_settings(folder):
    def width(**settings):
        return len(
            CorpusStatistics.from_corpus(tiny(), config=config_with(folder, **settings))
            .encoder()
            .block_bits("user_vectors")
        )

    assert width(vector_parts=2, vector_centroids=3) == 7
    assert width(vector_parts=5, vector_centroids=3) == 16
    assert width(vector_parts=2, vector_centroids=2) == 5
    with pytest.raises(ConfigError) as error:
        width(vector_parts=13)
    assert str(error.value) == (
        f"setting 'vector_parts' is 13, and the vectors of {folder} have 12 numbers; give at most that number"
    )


def test_word_dropout_makes_the_text_unknown(folder):
    encoder = CorpusStatistics.from_corpus(tiny(), config=config_with(folder)).encoder()
    block = encoder.block_bits("user_vectors")
    table = AugmentationTables.from_encoder(encoder, ()).unknown_words
    assert set(table[block.start : block.stop]) == {block.stop - 1}


def test_a_corpus_without_known_texts_has_no_block_of_vectors(tmp_path):
    strange = model2vec_folder(tmp_path, texts=["zzz"])
    assert (
        "user_vectors"
        not in CorpusStatistics.from_corpus(tiny(), config=config_with(strange)).encoder().input_names
    )


def test_other_vectors_change_the_fingerprint(folder, tmp_path):
    other = model2vec_folder(tmp_path, seed=2)
    fingerprints = {
        CorpusStatistics.first_pass([], config).fingerprint
        for config in (PLAIN, config_with(folder), config_with(other))
    }
    assert len(fingerprints) == 3


def test_the_same_corpus_gives_the_same_encoder(folder):
    first, second = (
        CorpusStatistics.from_corpus(tiny(), config=config_with(folder)).encoder().to_json() for _ in range(2)
    )
    assert first == second


def test_the_vectors_change_predictions(policy):
    dialogue = Dialogue("d", [Turn("a tea please"), Turn("small")])
    ablated = policy.encoder.ablate("user_vectors")
    encoded = policy.encoder.encode(dialogue[0], policy.start().memory)[0]
    assert set(encoded.bits) > set(ablated.encode(dialogue[0], ablated.start())[0].bits)
    plain = train(tiny(), network=SMALL, config=QUICK, encoder=PLAIN)
    pairs = zip(policy.predict(dialogue), plain.predict(dialogue), strict=True)
    assert any(not np.array_equal(a.probabilities, b.probabilities) for a, b in pairs)


def test_a_saved_policy_finds_its_vectors_at_another_path(policy, folder, tmp_path, monkeypatch):
    saved = policy.save(tmp_path / "model")
    there = shutil.copytree(folder, tmp_path / "there")
    dialogue = Dialogue("d", [Turn("a tea please"), Turn("zzz"), Turn(None), Turn("yes")])
    expected = [one.probabilities for one in policy.predict(dialogue)]

    def same(loaded):
        assert loaded.digest == policy.digest
        actual = [one.probabilities for one in loaded.predict(dialogue)]
        assert all(np.array_equal(a, b) for a, b in zip(actual, expected, strict=True))

    same(Policy.load(saved))
    same(Policy.load(saved, vectors=there))
    record = json.loads((saved / "encoder.json").read_bytes())
    assert [block["sha256"] for block in record["blocks"] if block["block"] == "user_vectors"]
    folder.rename(folder.with_name("away"))
    try:
        with pytest.raises(ModelError) as error:
            Policy.load(saved)
        assert str(error.value) == (
            f"the vectors that the model was trained with are not found ({folder} is not there); say where "
            "they are, by TURNCAST_VECTORS=FOLDER or Policy.load(..., vectors=FOLDER)"
        )
        monkeypatch.setenv(PATH_VARIABLE, os.pathsep.join([str(tmp_path / "nowhere"), str(there)]))
        moved = Policy.load(saved)
        same(moved)
        grown = train(tiny("new"), config=QUICK, parent=moved)
        assert grown.encoder.blocks[-1].to_json() == moved.encoder.blocks[-1].to_json()
    finally:
        folder.with_name("away").rename(folder)


def test_other_vectors_are_refused(policy, tmp_path):
    saved = policy.save(tmp_path / "model")
    other = model2vec_folder(tmp_path / "other", seed=2)
    with pytest.raises(ModelError, match=f"are not found .{other} holds other ones.; say where"):
        Policy.load(saved, vectors=other)
    plain = train(tiny(), network=SMALL, config=QUICK, encoder=PLAIN).save(tmp_path / "plain")
    with pytest.raises(ModelError, match=r"the model needs no vectors; leave them out"):
        Policy.load(plain, vectors=other)


def test_settings_that_would_be_ignored_are_refused():
    with pytest.raises(ConfigError) as error:
        EncoderConfig(vector_parts=9)
    assert str(error.value) == "setting 'vector_parts' is 9; it needs 'vectors', a folder of them"
    assert EncoderConfig(vector_parts=8).vectors == ""
