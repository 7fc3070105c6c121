"""Static vectors: the vector of a text is the mean of its tokens' vectors."""

import json

import numpy as np
import pytest
import safetensors.numpy

from support.vectors import model2vec_folder, tokenizer_of, write_folder
from turncast.errors import ConfigError
from turncast.features.text.vectors import StaticVectors, open_vectors

MODULES = "sentence_transformers.models."


def rows_of(folder, name="embeddings"):
    """The vector of each token, by its text."""
    embeddings = safetensors.numpy.load_file(folder / "model.safetensors")[name]
    return {token: embeddings[number] for token, number in tokenizer_of().get_vocab().items()}


def modules(folder, *kinds):
    listed = [
        {"idx": n, "path": f"{n}_{kind}" if n else "", "type": MODULES + kind} for n, kind in enumerate(kinds)
    ]
    (folder / "modules.json").write_text(json.dumps(listed))


@pytest.mark.quick
def test_a_text_is_the_mean_of_its_known_tokens_of_unit_length(tmp_path):
    vectors = open_vectors(model2vec_folder(tmp_path))
    rows = rows_of(tmp_path)
    mean = (rows["tea"] + rows["please"]) / 2
    assert np.allclose(vectors.vector("Tea zzz please"), mean / np.linalg.norm(mean), atol=1e-6)
    assert vectors.vector("zzz") is vectors.vector("") is None
    assert isinstance(vectors.model, StaticVectors)
    assert vectors.model.width == 12


def test_the_folder_says_whether_to_normalise_and_how_much_to_read(tmp_path):
    vectors = open_vectors(model2vec_folder(tmp_path, normalize=False, max_length=2))
    rows = rows_of(tmp_path)
    assert np.allclose(vectors.vector("tea please coffee"), (rows["tea"] + rows["please"]) / 2, atol=1e-6)
    long = open_vectors(model2vec_folder(tmp_path / "long", normalize=False))
    whole = open_vectors(model2vec_folder(tmp_path / "whole", normalize=False, max_length=None))
    text = "tea " * 512 + "please " * 512
    assert np.allclose(long.vector(text), rows["tea"], atol=1e-6)
    assert np.allclose(whole.vector(text), (rows["tea"] + rows["please"]) / 2, atol=1e-6)


def test_tokens_that_share_rows_and_have_weights(tmp_path):
    tokenizer, generator = tokenizer_of(), np.random.default_rng(1)
    count = tokenizer.get_vocab_size()
    arrays = {
        "embeddings": generator.normal(size=(3, 4)).astype(np.float16),
        "mapping": generator.integers(0, 3, count),
        "weights": generator.random(count).astype(np.float32),
    }
    vectors = open_vectors(write_folder(tmp_path, tokenizer, arrays, {}))
    number = tokenizer.token_to_id("tea")
    expected = arrays["embeddings"][arrays["mapping"][number]].astype(np.float32) * arrays["weights"][number]
    assert np.allclose(vectors.vector("tea"), expected, atol=1e-6)


@pytest.mark.parametrize("normalised", [False, True])
def test_static_vectors_of_sentence_transformers(tmp_path, normalised):
    """The unknown token has a vector, and a module says whether to normalise."""
    tokenizer = tokenizer_of()
    embeddings = np.random.default_rng(1).normal(size=(tokenizer.get_vocab_size(), 6)).astype(np.float32)
    write_folder(tmp_path, tokenizer, {"embedding.weight": embeddings}, {})
    modules(tmp_path, "StaticEmbedding", *(["Normalize"] if normalised else []))
    rows = rows_of(tmp_path, "embedding.weight")
    mean = (rows["tea"] + rows["[UNK]"]) / 2
    expected = mean / np.linalg.norm(mean) if normalised else mean
    assert np.allclose(open_vectors(tmp_path).vector("tea zzz"), expected, atol=1e-6)


def test_a_module_may_be_in_a_folder_below(tmp_path):
    plain = open_vectors(model2vec_folder(tmp_path / "plain"))
    model2vec_folder(tmp_path / "inner" / "0_StaticEmbedding")
    (tmp_path / "inner" / "0_StaticEmbedding" / "config.json").rename(tmp_path / "inner" / "config.json")
    listed = [{"idx": 0, "path": "0_StaticEmbedding", "type": MODULES + "StaticEmbedding"}]
    (tmp_path / "inner" / "modules.json").write_text(json.dumps(listed))
    assert np.array_equal(open_vectors(tmp_path / "inner").vector("a tea"), plain.vector("a tea"))


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("model.safetensors", b"no", "the vectors cannot be read ("),
        ("tokenizer.json", b"{}", "tokenizer.json cannot be read ("),
        ("config.json", b"{", "the vectors cannot be read ("),
    ],
)
def test_a_damaged_folder_is_refused_in_one_line(tmp_path, name, content, message):
    (model2vec_folder(tmp_path) / name).write_bytes(content)
    with pytest.raises(ConfigError) as error:
        open_vectors(tmp_path)
    assert str(error.value).startswith(f"{tmp_path}: {message}")
    assert str(error.value).endswith("fetch the folder again")
    assert "\n" not in str(error.value)


def test_files_of_two_models_are_refused(tmp_path):
    arrays = {"embeddings": np.zeros((3, 4), np.float32)}
    with pytest.raises(
        ConfigError, match=r"15 tokens, and vectors of \(3, 4\); its files are not of one model"
    ):
        open_vectors(write_folder(tmp_path, tokenizer_of(), arrays, {}))
