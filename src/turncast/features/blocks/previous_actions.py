"""The actions committed at the turn before, as bits."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from turncast.features.block import Key, StatelessBlock
from turncast.features.turn_view import TurnView
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class PreviousActions(StatelessBlock):
    """A bit for each action taken at the turn before, one for any unknown action, one for the first turn.

    >>> block = PreviousActions(Vocabulary(["greet", "ask_area"]))
    >>> [sorted(block.bits(TurnView(previous_actions=actions))) for actions in (None, ("ask_area",), ())]
    [[3], [1], []]
    """

    actions: Vocabulary
    name = "previous_actions"

    @property
    def width(self) -> int:
        """Known actions, the unknown, and the first turn."""
        return len(self.actions) + 2

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each action, one for the unknown, one for the first turn."""
        return (*(("action", action) for action in self.actions), ("unknown",), ("first turn",))

    def bits(self, view: TurnView) -> Collection[int]:
        """Return the bits of the previous actions."""
        if view.previous_actions is None:
            return (len(self.actions) + 1,)
        return set(self.actions.indices(view.previous_actions))

    def label(self, bit: int) -> str:
        """Return the action that a bit stands for."""
        labels = [*self.actions, "(unknown action)", "(start of the dialogue)"]
        return f"previous: {labels[bit]}"

    def extend(self, newer: PreviousActions) -> PreviousActions:
        """Return this block with the actions of `newer` added."""
        return PreviousActions(self.actions.extend(newer.actions))

    def to_json(self) -> dict[str, Any]:
        """Return the known actions."""
        return {"actions": list(self.actions)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PreviousActions:
        """Return the block that `to_json` described."""
        return cls(Vocabulary(record["actions"]))
