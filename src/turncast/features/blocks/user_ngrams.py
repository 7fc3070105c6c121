"""Pieces of the user's text as bits: pairs of neighbouring words, or runs of characters."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

from turncast.features.block import Momentary
from turncast.features.turn_view import Seen
from turncast.vocabulary import Vocabulary

RUN = 3
"""How many characters a run has."""


def pairs(words: Sequence[str]) -> Iterator[str]:
    """Yield each pair of neighbours; the text's two ends are neighbours too.

    >>> list(pairs(["no", "thanks"]))
    [' no', 'no thanks', 'thanks ']
    """
    for first, second in pairwise(["", *words, ""]):
        yield f"{first} {second}"


def runs(words: Sequence[str]) -> Iterator[str]:
    """Yield each run of characters of each word, its ends marked: what a misspelt word has in common with it.

    >>> list(runs(["tea", "a"]))
    ['<te', 'tea', 'ea>', '<a>']
    """
    for word in words:
        ended = f"<{word}>"
        for at in range(max(1, len(ended) - RUN + 1)):
            yield ended[at : at + RUN]


@dataclass(frozen=True, slots=True)
class _Pieces(Momentary):
    """A bit for each known piece of the user's text, and one for any unknown piece."""

    vocabulary: Vocabulary

    @property
    def width(self) -> int:
        """Known pieces, and the unknown."""
        return len(self.vocabulary) + 1

    def to_json(self) -> dict[str, Any]:
        """Return the known pieces."""
        return {"pieces": list(self.vocabulary)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Any:
        """Make the block that `to_json` described."""
        return cls(Vocabulary(record["pieces"]))


class UserPairs(_Pieces):
    """A bit for each known pair of neighbouring words of the user.

    >>> from turncast.features.turn_view import Text
    >>> block = UserPairs(Vocabulary(["no thanks", "not now"]))
    >>> sorted(block.bits(Seen(Text(("no", "thanks"))))), block.bits(Seen())
    ([0, 2], set())
    """

    __slots__ = ()
    name: ClassVar[str] = "user_pairs"

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the pairs in the user's text."""
        return set(self.vocabulary.indices(pairs(seen.user.words))) if seen.user else set()

    def label(self, bit: int) -> str:
        """Say which pair a bit stands for."""
        labels: list[str] = [*self.vocabulary, "(unknown pair)"]
        return labels[bit]


class UserCharacters(_Pieces):
    """A bit for each known run of three characters in a word of the user.

    >>> from turncast.features.turn_view import Text
    >>> block = UserCharacters(Vocabulary(list(runs(["please"]))))
    >>> len(block.bits(Seen(Text(("pleas",))))), block.width
    (5, 7)
    """

    __slots__ = ()
    name: ClassVar[str] = "user_characters"

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the runs of characters in the user's words."""
        return set(self.vocabulary.indices(runs(seen.user.words))) if seen.user else set()

    def label(self, bit: int) -> str:
        """Say which run a bit stands for."""
        return [*(f"characters: {run}" for run in self.vocabulary), "(unknown characters)"][bit]
