"""The actions committed at the turn before, as bits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Momentary
from turncast.features.turn_view import Seen
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class PreviousActions(Momentary):
    """A bit for each action taken at the turn before, one for any unknown action, one for the start.

    >>> block = PreviousActions(Vocabulary(["greet", "ask_area"]))
    >>> block.bits(Seen()), block.bits(Seen(previous=("ask_area",))), block.bits(Seen(previous=()))
    ((3,), {1}, set())
    """

    actions: Vocabulary
    name = "previous_actions"

    @property
    def width(self) -> int:
        """Known actions, the unknown, and the start."""
        return len(self.actions) + 2

    def bits(self, seen: Seen) -> Collection[int]:
        """Return the bits of the previous actions."""
        if seen.previous is None:
            return (len(self.actions) + 1,)
        return set(self.actions.indices(seen.previous))

    def label(self, bit: int) -> str:
        """Say which action a bit stands for."""
        named = [*self.actions, "(unknown action)", "(start of the dialogue)"]
        return f"previous: {named[bit]}"

    def to_json(self) -> dict[str, Any]:
        """Return the known actions."""
        return {"actions": list(self.actions)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PreviousActions:
        """Make the block that `to_json` described."""
        return cls(Vocabulary(record["actions"]))
