"""Vectors of words in a text file."""

import numpy as np
import pytest

from turncast.errors import ConfigError
from turncast.features.text.vectors import open_vectors


@pytest.mark.quick
@pytest.mark.parametrize("header", ["", "4 2\n"])
def test_a_file_of_words_is_read_with_and_without_a_header(tmp_path, header):
    path = tmp_path / "words.vec"
    path.write_text(f"{header}Tea 0 3\ntea 5 5 \n. . 1 1\ncafé 4e0 0\n")
    vectors = open_vectors(path)
    assert vectors.model.width == 2
    assert np.allclose(vectors.vector("a TEA, a café"), np.array([4, 3]) / 5)
    assert vectors.vector("water") is None


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("tea 1 2\ncoffee 1\n", "words.vec line 2: expected a word and 2 numbers; correct the file"),
        ("tea 1 2\ncoffee 1 x\n", "words.vec line 2: expected a word and 2 numbers; correct the file"),
        ("tea 1 2\ncoffee 1 nan\n", "words.vec line 2: expected a word and 2 numbers; correct the file"),
        ("tea or coffee\n", "words.vec line 1: expected a word and its numbers; correct the file"),
        ("tea\n", "words.vec line 1: expected a word and its numbers; correct the file"),
        ("", "words.vec: it has no word; give a file with a word and its numbers on each line"),
    ],
)
def test_a_wrong_line_is_named(tmp_path, content, message):
    path = tmp_path / "words.vec"
    path.write_text(content)
    with pytest.raises(ConfigError) as error:
        open_vectors(path)
    assert str(error.value) == f"{tmp_path}/{message}"
