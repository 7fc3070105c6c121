"""The words of the system's last response, as bits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Key, StatelessBlock
from turncast.features.turn_view import TurnView
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class LastResponse(StatelessBlock):
    """A bit for each known word that the system said at the turn before, and one for any unknown word.

    Where the response is not known, as live where the caller does not report it, the words of the usual
    response of each previous action replace it.

    Args:
        vocabulary: the known words.
        usual: the words of each action's most frequent response.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = LastResponse(Vocabulary(["which", "size"]), {"ask": ("which", "size")})
    >>> view = TurnView(previous_actions=("ask",), previous_response=ParsedText(("size", "please")))
    >>> sorted(block.bits(view)), block.bits(TurnView())
    ([1, 2], set())
    >>> sorted(block.bits(TurnView(previous_actions=("ask",))))
    [0, 1]
    """

    vocabulary: Vocabulary
    usual: Mapping[str, tuple[str, ...]]
    name = "last_response"

    @property
    def width(self) -> int:
        """Known words, and the unknown."""
        return len(self.vocabulary) + 1

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each word, and one for the unknown."""
        return (*(("word", word) for word in self.vocabulary), ("unknown",))

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the words that the system said."""
        if view.previous_response:
            return set(self.vocabulary.indices(view.previous_response.words))
        responses = (self.usual.get(action, ()) for action in view.previous_actions or ())
        return {bit for words in responses for bit in self.vocabulary.indices(words)}

    def label(self, bit: int) -> str:
        """Return the word that a bit stands for."""
        return f"said: {[*self.vocabulary, '(unknown word)'][bit]}"

    def extend(self, newer: LastResponse) -> LastResponse:
        """Return this block with the words of `newer` added, and the responses of its other actions."""
        return LastResponse(self.vocabulary.extend(newer.vocabulary), {**newer.usual, **self.usual})

    def to_json(self) -> dict[str, Any]:
        """Return the known words, and each action's usual ones."""
        return {
            "words": list(self.vocabulary),
            "usual": {action: list(words) for action, words in self.usual.items()},
        }

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> LastResponse:
        """Return the block that `to_json` described."""
        usual = {action: tuple(words) for action, words in record["usual"].items()}
        return cls(Vocabulary(record["words"]), usual)
