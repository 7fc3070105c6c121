"""Loading vectors, their hash and their cache."""

import builtins
import shutil

import pytest

from support.vectors import model2vec_folder
from turncast.errors import ConfigError, MissingExtra
from turncast.features.text.vectors import open_vectors
from turncast.features.text.vectors.load import CACHED, hash_files


@pytest.mark.quick
def test_the_hash_depends_on_the_files_that_are_read_and_not_on_their_path(tmp_path):
    first = model2vec_folder(tmp_path / "a")
    shutil.copytree(first, tmp_path / "b")
    (tmp_path / "b" / "README.md").write_text("what it is")
    (tmp_path / "b" / ".cache").mkdir()
    (tmp_path / "b" / ".cache" / "x.json").write_text("{}")
    assert hash_files(tmp_path / "b") == hash_files(first)
    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        content = (first / name).read_bytes()
        (tmp_path / "b" / name).write_bytes(content + b" ")
        assert hash_files(tmp_path / "b") != hash_files(first), name
        (tmp_path / "b" / name).write_bytes(content)
    (tmp_path / "b" / "config.json").rename(tmp_path / "b" / "settings.json")
    assert hash_files(tmp_path / "b") != hash_files(first)


def test_the_vectors_of_few_texts_are_cached(tmp_path):
    vectors = open_vectors(model2vec_folder(tmp_path))
    assert vectors.vector("a tea") is vectors.vector("a tea")
    first = vectors.vector("a tea")
    for number in range(CACHED):
        vectors.vector(f"tea {number}")
    assert vectors.vector.cache_info().currsize == CACHED
    again = vectors.vector("a tea")
    assert again is not first
    assert (again == first).all()


def test_a_path_without_vectors_is_refused(tmp_path):
    with pytest.raises(ConfigError) as error:
        open_vectors(tmp_path / "none")
    assert str(error.value) == (
        f"vectors {tmp_path}/none: there is no such folder; give one of model2vec or sentence-transformers"
    )
    with pytest.raises(ConfigError, match="neither a model2vec folder"):
        open_vectors(tmp_path)
    (tmp_path / "modules.json").write_text("{}")
    with pytest.raises(ConfigError, match="not a list of modules; fetch the folder again"):
        open_vectors(tmp_path)
    (tmp_path / "modules.json").write_text("[")
    with pytest.raises(ConfigError, match=r"modules.json: cannot be read"):
        open_vectors(tmp_path)


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    find = builtins.__import__

    def without(name, *rest):
        if name == "tokenizers":
            raise ImportError(name)
        return find(name, *rest)

    model2vec_folder(tmp_path)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtra, match=r"reading static vectors needs .* 'turncast\[vectors\]'"):
        open_vectors(tmp_path)
