"""The block of vectors, and a policy that has it."""

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


# What stands last in an encoder is then the block of vectors.
ALONE = {"last_response": False, "position": False, "learn_values": False}


def asking(folder, **settings):
    return EncoderConfig(**{"min_count": 1, "vectors": str(folder), "vector_parts": 3, **settings})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return model2vec_folder(tmp_path_factory.mktemp("vectors"))


@pytest.fixture(scope="module")
def policy(folder):
    return train(tiny(), network=SMALL, config=QUICK, encoder=asking(folder, **ALONE))


def bits_of(encoder, user):
    """The bits of the block for a text, counted from its first."""
    own = encoder.block_bits("user_vectors")
    found, _ = encoder.encode(Turn(user), encoder.start())
    return [bit - own.start for bit in found.bits if bit in own]


def test_a_text_sets_a_bit_for_each_part_and_silence_none(folder):
    encoder = CorpusStatistics.from_corpus(tiny(), config=asking(folder)).encoder()
    unknown = len(encoder.block_bits("user_vectors")) - 1
    each = unknown // 3
    assert [bit // each for bit in bits_of(encoder, "a tea please")] == [0, 1, 2]
    assert bits_of(encoder, "zzz") == [unknown]
    for silent in (None, "", " \n"):
        assert bits_of(encoder, silent) == []
    assert bits_of(encoder, "A TEA, please") == bits_of(encoder, "a tea please")  # the tokenizer lowers both
    assert bits_of(encoder, "a tea please") != bits_of(encoder, "yes")


def test_words_in_order_have_vectors_beside_them(folder):
    encoder = CorpusStatistics.from_corpus(tiny(), config=asking(folder)).encoder("lstm")
    assert "user_vectors" in encoder.input_names
    assert encoder.num_tokens


def test_parts_and_centroids_are_as_wished(folder):
    def width(**settings):
        return len(
            CorpusStatistics.from_corpus(tiny(), config=asking(folder, **settings))
            .encoder()
            .block_bits("user_vectors")
        )

    assert width(vector_parts=2, vector_centroids=3) == 7
    assert width(vector_parts=5, vector_centroids=3) == 16
    assert width(vector_parts=2, vector_centroids=2) == 5
    with pytest.raises(ConfigError) as error:
        width(vector_parts=13)
    assert str(error.value) == (
        f"setting 'vector_parts' is 13, and the vectors of {folder} have 12 numbers; give at most so many"
    )


def test_what_is_hidden_in_training_is_an_unknown_text(folder):
    encoder = CorpusStatistics.from_corpus(tiny(), config=asking(folder)).encoder()
    own = encoder.block_bits("user_vectors")
    become = AugmentationTables.from_encoder(encoder, ()).unknown_words
    assert set(become[own.start : own.stop]) == {own.stop - 1}


def test_a_corpus_of_which_nothing_is_known_has_no_such_block(tmp_path):
    strange = model2vec_folder(tmp_path, texts=["zzz"])
    assert (
        "user_vectors"
        not in CorpusStatistics.from_corpus(tiny(), config=asking(strange)).encoder().input_names
    )


def test_other_vectors_are_another_training_part(folder, tmp_path):
    other = model2vec_folder(tmp_path, seed=2)
    prints = {
        CorpusStatistics.first_pass([], config).fingerprint
        for config in (PLAIN, asking(folder), asking(other))
    }
    assert len(prints) == 3


def test_the_same_corpus_gives_the_same_encoder(folder):
    first, second = (
        CorpusStatistics.from_corpus(tiny(), config=asking(folder)).encoder().to_json() for _ in range(2)
    )
    assert first == second


def test_the_vectors_change_what_is_predicted(policy):
    dialogue = Dialogue("d", [Turn("a tea please"), Turn("small")])
    silent = policy.encoder.ablate("user_vectors")
    heard = policy.encoder.encode(dialogue[0], policy.start().memory)[0]
    assert set(heard.bits) > set(silent.encode(dialogue[0], silent.start())[0].bits)
    plain = train(tiny(), network=SMALL, config=QUICK, encoder=PLAIN)
    pairs = zip(policy.predict(dialogue), plain.predict(dialogue), strict=True)
    assert any(not np.array_equal(a.probabilities, b.probabilities) for a, b in pairs)


def test_what_is_saved_comes_back_wherever_the_vectors_lie(policy, folder, tmp_path, monkeypatch):
    saved = policy.save(tmp_path / "model")
    there = shutil.copytree(folder, tmp_path / "there")
    dialogue = Dialogue("d", [Turn("a tea please"), Turn("zzz"), Turn(None), Turn("yes")])
    expected = [one.probabilities for one in policy.predict(dialogue)]

    def same(loaded):
        assert loaded.digest == policy.digest
        found = [one.probabilities for one in loaded.predict(dialogue)]
        assert all(np.array_equal(a, b) for a, b in zip(found, expected, strict=True))

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
