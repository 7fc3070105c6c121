"""Vectors of words in a text file, as GloVe, word2vec and fastText write them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from turncast.errors import ConfigError
from turncast.features.text.vectors.static import unit_length
from turncast.features.text.words import normalise, words

_HEADER = 2  # fields of a first line with the number of words and of numbers in a vector


@dataclass(frozen=True, slots=True, eq=False)
class WordVectors:
    """The mean of the vectors of a text's known words, scaled to unit length.

    Args:
        rows: the row of each word.
        embeddings: the vector of each row, (V, D).

    >>> vectors = WordVectors({"tea": 0, "coffee": 1}, np.array([[0, 2], [1, 0]], np.float32))
    >>> vectors.vector("Tea, please").tolist(), vectors.vector("water"), vectors.width
    ([0.0, 1.0], None, 2)
    """

    rows: Mapping[str, int]
    embeddings: NDArray[np.float32]

    @property
    def width(self) -> int:
        """D, the number of numbers in a vector."""
        return int(self.embeddings.shape[1])

    def vector(self, text: str) -> NDArray[np.float32] | None:
        """Return the vector of a text, (D,); None where no word is known."""
        rows = [self.rows[word] for word in words(text) if word in self.rows]
        return unit_length(self.embeddings[rows].mean(axis=0)) if rows else None

    @classmethod
    def read(cls, path: Path) -> WordVectors:
        """Read a file with a word and its numbers on each line; a first line of two fields is skipped.

        Of words that are equal in lower case the first counts, which is usually the most frequent one.

        Raises:
            ConfigError: for any other line, with its number.
        """
        rows, vectors, width = dict[str, int](), list[NDArray[np.float32]](), 0
        with path.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                fields = line.split()
                if number == 1 and len(fields) == _HEADER:
                    continue
                width = width or len(fields) - 1
                vector = _numbers(fields[-width:]) if 0 < width < len(fields) else None
                if vector is None:
                    expected = f"a word and {width if vectors else 'its'} numbers"
                    raise ConfigError(f"{path} line {number}: expected {expected}; correct the file")
                word = normalise(" ".join(fields[:-width]))
                if word not in rows:
                    rows[word] = len(vectors)
                    vectors.append(vector)
        if not vectors:
            raise ConfigError(f"{path}: it has no word; give a file with a word and its numbers on each line")
        return cls(rows, np.stack(vectors))


def _numbers(fields: list[str]) -> NDArray[np.float32] | None:
    try:
        vector = np.array([float(field) for field in fields], np.float32)
    except ValueError:
        return None
    return vector if np.isfinite(vector).all() else None
