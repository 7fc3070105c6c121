"""How like dialogues are: the same, the same but for spelling, or of nearly the same words."""

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

SHINGLE = 3  # words that stand together
_BANDS, _ROWS = 16, 8  # two dialogues of Jaccard similarity 0.9 meet in a band with probability 0.9998
_PRIME = (1 << 31) - 1
_FEWEST_SHINGLES = 8  # in shorter dialogues a word more or less says nothing
_MOST_COMPARED = 8  # of the dialogues that share a band
_MOST_IN_BAND = 64
_DIGITS = re.compile(r"\d+")
_BLANKS = re.compile(r"\s+")


def is_comparable(dialogue: Dialogue) -> bool:
    """Tell whether a dialogue has anything but actions: two event logs may well take the same course."""
    return any(turn.user is not None or turn.facts for turn in dialogue)


def exact_key(dialogue: Dialogue) -> bytes:
    """Return a digest that two dialogues share whose turns are equal."""
    return _digest(
        (turn.user, sorted(turn.facts.items()), sorted(turn.actions), turn.response) for turn in dialogue
    )


def spelling_key(dialogue: Dialogue) -> bytes | None:
    """Return a digest that two dialogues share that differ only in case, digits, blanks, facts and responses.

    None for a dialogue without user text.
    """
    if all(turn.user is None for turn in dialogue):
        return None
    return _digest((_plain(turn.user), sorted(turn.actions)) for turn in dialogue)


def _plain(text: str | None) -> str | None:
    return None if text is None else _BLANKS.sub(" ", _DIGITS.sub("0", normalise(text))).strip()


def _digest(parts: Iterable[object]) -> bytes:
    made = hashlib.blake2b(digest_size=16)
    for part in parts:
        made.update(repr(part).encode(errors="surrogatepass"))
    return made.digest()


@dataclass(frozen=True, slots=True)
class Signature:
    """What dialogues are compared by: hashes of their runs of words, and bands in which like ones meet."""

    shingles: NDArray[np.uint32]
    bands: tuple[bytes, ...]


class Likeness:
    """Finds, among the dialogues taken in, one whose words are nearly those of another dialogue.

    MinHash over runs of three words, in bands. Of those that share a band, the eight that share most are
    compared by their true Jaccard similarity: the cost of a search does not grow with the corpus.

    >>> from turncast.dialogue import Turn
    >>> text = "good evening can you find me a table for four people tonight near the old harbour please"
    >>> known = Likeness(at_least=0.8)
    >>> one, other = (Dialogue(name, [Turn(text + name, ["search"])]) for name in ("", " soon"))
    >>> known.add("one", known.signature(one))
    >>> known.nearest(known.signature(other))
    'one'
    """

    def __init__(self, at_least: float) -> None:
        self._at_least = at_least
        chance = np.random.default_rng(1)
        self._factors = chance.integers(1, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
        self._terms = chance.integers(0, _PRIME, size=(_BANDS * _ROWS, 1), dtype=np.uint64)
        self._shingles: dict[str, NDArray[np.uint32]] = {}
        self._bands: dict[bytes, list[str]] = {}

    def signature(self, dialogue: Dialogue) -> Signature | None:
        """Return what a dialogue is compared by; None for one that is too short."""
        shingles = _shingles(dialogue)
        if len(shingles) < _FEWEST_SHINGLES:
            return None
        hashed = (self._factors * shingles.astype(np.uint64) + self._terms) % _PRIME
        rows = hashed.min(axis=1).astype(np.uint32).reshape(_BANDS, _ROWS)
        return Signature(shingles, tuple(bytes([band]) + row.tobytes() for band, row in enumerate(rows)))

    def add(self, name: str, signature: Signature | None) -> None:
        """Take in a dialogue under a name of its own."""
        if signature is not None:
            self._shingles[name] = signature.shingles
            for band in signature.bands:
                self._bands.setdefault(band, []).append(name)

    def nearest(self, signature: Signature | None) -> str | None:
        """Return the name of the most alike that is alike enough, or None."""
        if signature is None:
            return None
        shared = Counter[str]()
        for band in signature.bands:
            shared.update(self._bands.get(band, ())[-_MOST_IN_BAND:])
        like, name = max(
            (
                (_jaccard(signature.shingles, self._shingles[name]), name)
                for name, _ in shared.most_common(_MOST_COMPARED)
            ),
            default=(0.0, ""),
        )
        return name if like >= self._at_least else None


def _shingles(dialogue: Dialogue) -> NDArray[np.uint32]:
    """Hash the runs of three words of what users said and what the system did."""
    spoken: list[str] = []
    for turn in dialogue:
        spoken += words(_DIGITS.sub("0", turn.user)) if turn.user else ()
        spoken += (f"\0{action}" for action in sorted(turn.actions))
    runs = {" ".join(spoken[index : index + SHINGLE]) for index in range(len(spoken) - SHINGLE + 1)}
    hashes = (zlib.crc32(run.encode(errors="surrogatepass")) for run in runs)
    return np.unique(np.fromiter(hashes, np.uint32, len(runs)))


def _jaccard(one: NDArray[np.uint32], other: NDArray[np.uint32]) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)
