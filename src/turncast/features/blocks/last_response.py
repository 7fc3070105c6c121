"""What the system said last, as bits of its words."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Momentary
from turncast.features.turn_view import Seen
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class LastResponse(Momentary):
    """A bit for each known word that the system said at the turn before, and one for any unknown word.

    Where what it said is not known, as live where nobody tells, its actions' usual words stand in.

    Args:
        vocabulary: the known words.
        usual: the words of each action's usual response.

    >>> from turncast.features.turn_view import Text
    >>> block = LastResponse(Vocabulary(["which", "size"]), {"ask": ("which", "size")})
    >>> sorted(block.bits(Seen(previous=("ask",), said=Text(("size", "please"))))), block.bits(Seen())
    ([1, 2], set())
    >>> sorted(block.bits(Seen(previous=("ask",))))
    [0, 1]
    """

    vocabulary: Vocabulary
    usual: Mapping[str, tuple[str, ...]]
    name = "last_response"

    @property
    def width(self) -> int:
        """Known words, and the unknown."""
        return len(self.vocabulary) + 1

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the words that the system said."""
        if seen.said:
            return set(self.vocabulary.indices(seen.said.words))
        said = (self.usual.get(action, ()) for action in seen.previous or ())
        return {bit for words in said for bit in self.vocabulary.indices(words)}

    def label(self, bit: int) -> str:
        """Say which word a bit stands for."""
        return f"said: {[*self.vocabulary, '(unknown word)'][bit]}"

    def to_json(self) -> dict[str, Any]:
        """Return the known words, and each action's usual ones."""
        return {
            "words": list(self.vocabulary),
            "usual": {action: list(words) for action, words in self.usual.items()},
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> LastResponse:
        """Make the block that `to_json` described."""
        usual = {action: tuple(words) for action, words in record["usual"].items()}
        return cls(Vocabulary(record["words"]), usual)
