"""The user's words as bits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Momentary
from turncast.features.turn_view import Seen
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class UserWords(Momentary):
    """A bit for each known word, one for any unknown word, and one for a turn without any word.

    >>> from turncast.features.turn_view import Text
    >>> block = UserWords(Vocabulary(["hello", "table"]))
    >>> sorted(block.bits(Seen(Text(("hello", "a", "table"))))), block.bits(Seen())
    ([0, 1, 2], (3,))
    """

    vocabulary: Vocabulary
    name = "user_words"

    @property
    def width(self) -> int:
        """Known words, the unknown, and silence."""
        return len(self.vocabulary) + 2

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the words in the user's text."""
        found: Collection[int] = set(self.vocabulary.indices(seen.user.words)) if seen.user else ()
        return found or (len(self.vocabulary) + 1,)

    def label(self, bit: int) -> str:
        """Say which word a bit stands for."""
        known = len(self.vocabulary)
        return self.vocabulary.name(bit) if bit < known else ("(unknown word)", "(no word)")[bit - known]

    def to_json(self) -> dict[str, Any]:
        """Return the known words."""
        return {"words": list(self.vocabulary)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> UserWords:
        """Make the block that `to_json` described."""
        return cls(Vocabulary(record["words"]))
