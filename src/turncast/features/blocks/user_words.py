"""The user's words, as bits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Key, StatelessBlock
from turncast.features.turn_view import TurnView
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class UserWords(StatelessBlock):
    """A bit for each known word, one for any unknown word, and one for a turn without any word.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = UserWords(Vocabulary(["hello", "table"]))
    >>> sorted(block.bits(TurnView(ParsedText(("hello", "a", "table"))))), block.bits(TurnView())
    ([0, 1, 2], (3,))
    """

    vocabulary: Vocabulary
    name = "user_words"

    @property
    def width(self) -> int:
        """Known words, the unknown, and a turn without words."""
        return len(self.vocabulary) + 2

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each word, one for the unknown, one for a turn without words."""
        return (*(("word", word) for word in self.vocabulary), ("unknown",), ("no word",))

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the words in the user's text."""
        bits: Collection[int] = set(self.vocabulary.indices(view.user.words)) if view.user else ()
        return bits or (len(self.vocabulary) + 1,)

    def label(self, bit: int) -> str:
        """Return the word that a bit stands for."""
        labels: list[str] = [*self.vocabulary, "(unknown word)", "(no word)"]
        return labels[bit]

    def extend(self, newer: UserWords) -> UserWords:
        """Return this block with the words of `newer` added."""
        return UserWords(self.vocabulary.extend(newer.vocabulary))

    def to_json(self) -> dict[str, Any]:
        """Return the known words."""
        return {"words": list(self.vocabulary)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> UserWords:
        """Return the block that `to_json` described."""
        return cls(Vocabulary(record["words"]))
