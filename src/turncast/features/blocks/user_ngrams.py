"""N-grams of the user's text as bits: word bigrams, or character trigrams."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar, Self

from turncast.features.block import Key, StatelessBlock
from turncast.features.turn_view import TurnView
from turncast.vocabulary import Vocabulary

_TRIGRAM = 3


def word_bigrams(words: Sequence[str]) -> Iterator[str]:
    """Yield each pair of neighbouring words; the start and the end of the text count as neighbours.

    >>> list(word_bigrams(["no", "thanks"]))
    [' no', 'no thanks', 'thanks ']
    """
    for first, second in pairwise(["", *words, ""]):
        yield f"{first} {second}"


def character_trigrams(words: Sequence[str]) -> Iterator[str]:
    """Yield each run of three characters of each word, between `<` and `>`; a misspelt word shares most.

    >>> list(character_trigrams(["tea", "a"]))
    ['<te', 'tea', 'ea>', '<a>']
    """
    for word in words:
        marked = f"<{word}>"
        for start in range(max(1, len(marked) - _TRIGRAM + 1)):
            yield marked[start : start + _TRIGRAM]


@dataclass(frozen=True, slots=True)
class _UserNgrams(StatelessBlock):
    """A bit for each known n-gram of the user's text, and one for any unknown n-gram."""

    vocabulary: Vocabulary

    @property
    def width(self) -> int:
        """Known n-grams, and the unknown."""
        return len(self.vocabulary) + 1

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each n-gram, and one for the unknown."""
        return (*(("ngram", ngram) for ngram in self.vocabulary), ("unknown",))

    def extend(self, newer: Self) -> Self:
        """Return this block with the n-grams of `newer` added."""
        return type(self)(self.vocabulary.extend(newer.vocabulary))

    def to_json(self) -> dict[str, Any]:
        """Return the known n-grams."""
        return {"ngrams": list(self.vocabulary)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Self:
        """Return the block that `to_json` described."""
        return cls(Vocabulary(record["ngrams"]))


class UserWordBigrams(_UserNgrams):
    """A bit for each known pair of neighbouring words of the user.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = UserWordBigrams(Vocabulary(["no thanks", "not now"]))
    >>> sorted(block.bits(TurnView(ParsedText(("no", "thanks"))))), block.bits(TurnView())
    ([0, 2], set())
    """

    __slots__ = ()
    name: ClassVar[str] = "user_word_bigrams"

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the bigrams in the user's text."""
        return set(self.vocabulary.indices(word_bigrams(view.user.words))) if view.user else set()

    def label(self, bit: int) -> str:
        """Return the pair of words that a bit stands for."""
        labels: list[str] = [*self.vocabulary, "(unknown pair)"]
        return labels[bit]


class UserCharacterTrigrams(_UserNgrams):
    """A bit for each known run of three characters in a word of the user.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = UserCharacterTrigrams(Vocabulary(list(character_trigrams(["please"]))))
    >>> len(block.bits(TurnView(ParsedText(("pleas",))))), block.width
    (5, 7)
    """

    __slots__ = ()
    name: ClassVar[str] = "user_character_trigrams"

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the trigrams in the user's words."""
        return set(self.vocabulary.indices(character_trigrams(view.user.words))) if view.user else set()

    def label(self, bit: int) -> str:
        """Return the trigram that a bit stands for."""
        return [*(f"characters: {trigram}" for trigram in self.vocabulary), "(unknown characters)"][bit]
