"""Similarity of dialogues: equal, equal except for spelling, or of nearly the same words (MinHash)."""

from __future__ import annotations

import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from turncast.dialogue import Dialogue
from turncast.features.text.words import normalise, words

SHINGLE = 3  # words in a row
_BANDS, _ROWS = 16, 8  # two dialogues of Jaccard similarity 0.9 meet in a band with probability 0.9998
_PRIME = (1 << 31) - 1
_MIN_SHINGLES = 8  # shorter dialogues are too easily similar
_MAX_COMPARED = 8  # dialogues that share a band
_MAX_IN_BAND = 64
_DIGITS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")


def is_comparable(dialogue: Dialogue) -> bool:
    """Return whether a dialogue has user texts or facts: dialogues of actions alone are often equal."""
    return any(turn.user is not None or turn.facts for turn in dialogue)


def exact_key(dialogue: Dialogue) -> bytes:
    """Return a digest that is the same for dialogues with equal turns."""
    return _digest(
        (turn.user, sorted(turn.facts.items()), sorted(turn.actions), turn.response) for turn in dialogue
    )


def spelling_key(dialogue: Dialogue) -> bytes | None:
    """Return a digest that ignores case, digits, blanks, facts and responses; None without user text."""
    if all(turn.user is None for turn in dialogue):
        return None
    return _digest((_normalised(turn.user), sorted(turn.actions)) for turn in dialogue)


def _normalised(text: str | None) -> str | None:
    return None if text is None else _BLANKS.sub(" ", _DIGITS.sub("0", normalise(text))).strip()


def _digest(parts: Iterable[object]) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(repr(part).encode(errors="surrogatepass"))
    return digest.digest()


@dataclass(frozen=True, slots=True)
class MinHash:
    """The hashed shingles of a dialogue, sorted, and its MinHash bands: similar dialogues share a band."""

    shingles: NDArray[np.uint32]
    bands: tuple[bytes, ...]


class SimilarityIndex:
    """Find the most similar of the added dialogues, by locality-sensitive hashing.

    MinHash over shingles of three words, in bands (Broder, 1997). Of the dialogues that share a band, the
    eight that share most are compared by their exact Jaccard similarity: the cost of a search does not grow
    with the corpus.

    Args:
        at_least: the smallest Jaccard similarity of a match.

    >>> from turncast.dialogue import Turn
    >>> text = "good evening can you find me a table for four people tonight near the old harbour please"
    >>> index = SimilarityIndex(at_least=0.8)
    >>> one, other = (Dialogue(name, [Turn(text + name, ["search"])]) for name in ("", " soon"))
    >>> index.add("one", index.min_hash(one))
    >>> index.nearest(index.min_hash(other))
    'one'
    """

    def __init__(self, at_least: float) -> None:
        self._at_least = at_least
        generator = np.random.default_rng(1)
        self._factors = generator.integers(1, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
        self._terms = generator.integers(0, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
        self._shingles: dict[str, NDArray[np.uint32]] = {}
        self._bands: dict[bytes, list[str]] = {}

    def min_hash(self, dialogue: Dialogue) -> MinHash | None:
        """Return the MinHash of a dialogue, or None if it is too short."""
        shingles = _shingles(dialogue)
        if len(shingles) < _MIN_SHINGLES:
            return None
        hashed = (self._factors * shingles.astype(np.uint64) + self._terms) % _PRIME
        rows = hashed.min(axis=1).astype(np.uint32).reshape(_BANDS, _ROWS)
        return MinHash(shingles, tuple(bytes([band]) + row.tobytes() for band, row in enumerate(rows)))

    def add(self, name: str, min_hash: MinHash | None) -> None:
        """Add a dialogue under a unique name."""
        if min_hash is not None:
            self._shingles[name] = min_hash.shingles
            for band in min_hash.bands:
                self._bands.setdefault(band, []).append(name)

    def nearest(self, min_hash: MinHash | None) -> str | None:
        """Return the name of the most similar dialogue that is similar enough, or None."""
        if min_hash is None:
            return None
        shared = Counter[str]()
        for band in min_hash.bands:
            shared.update(self._bands.get(band, ())[-_MAX_IN_BAND:])
        similarity, name = max(
            (
                (_jaccard(min_hash.shingles, self._shingles[name]), name)
                for name, _ in shared.most_common(_MAX_COMPARED)
            ),
            default=(0.0, ""),
        )
        return name if similarity >= self._at_least else None


def _shingles(dialogue: Dialogue) -> NDArray[np.uint32]:
    """Return the sorted hashes of the shingles of users' words and system actions."""
    tokens: list[str] = []
    for turn in dialogue:
        tokens += words(_DIGITS.sub("0", turn.user)) if turn.user else ()
        tokens += (f"\0{action}" for action in sorted(turn.actions))
    shingles = {" ".join(tokens[index : index + SHINGLE]) for index in range(len(tokens) - SHINGLE + 1)}
    hashes = (zlib.crc32(shingle.encode(errors="surrogatepass")) for shingle in shingles)
    return np.unique(np.fromiter(hashes, np.uint32, len(shingles)))


def _jaccard(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
