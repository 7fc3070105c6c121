"""The actions taken since the dialogue began, and since the user's last turn, as bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turncast.features.block import Key
from turncast.features.turn_view import TurnView
from turncast.vocabulary import Vocabulary

_Indices = tuple[int, ...]
_State = tuple[_Indices, _Indices]


@dataclass(frozen=True, slots=True)
class PastActions:
    """A bit for each known action taken at any earlier turn, and one for each taken since the user spoke.

    The user speaks at a turn that has text; actions of that turn, and of turns without text after it, are
    taken since then.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = PastActions(Vocabulary(["greet", "ask", "book"]))
    >>> bits, state = block.read(TurnView(ParsedText(("hi",))), block.start())
    >>> bits, state = block.read(TurnView(previous_actions=("greet",)), state)
    >>> sorted(bits)
    [0, 3]
    >>> bits, state = block.read(TurnView(ParsedText(("tea",)), previous_actions=("ask",)), state)
    >>> sorted(bits)
    [0, 1]
    """

    actions: Vocabulary
    name = "past_actions"

    @property
    def width(self) -> int:
        """Known actions, twice."""
        return 2 * len(self.actions)

    @property
    def keys(self) -> tuple[Key, ...]:
        """Two keys for each action."""
        return tuple((since, action) for since in ("start", "user") for action in self.actions)

    def start(self) -> _State:
        """Return the state in which no action was taken."""
        return (), ()

    def read(self, view: TurnView, state: _State) -> tuple[list[int], _State]:
        """Return the bits of the actions taken so far."""
        since_start, since_user = state
        indices = self.actions.indices(view.previous_actions or ())
        taken = tuple(index for index in indices if index != self.actions.unknown)
        since_start = _union(since_start, taken)
        since_user = () if view.user else _union(since_user, taken)
        bits = [*since_start, *(len(self.actions) + index for index in since_user)]
        return bits, (since_start, since_user)

    def label(self, bit: int) -> str:
        """Return the action that a bit stands for, and whether since the start or the user's turn."""
        since = "so far" if bit < len(self.actions) else "since the user spoke"
        return f"{since}: {self.actions.name(bit % len(self.actions))}"

    def extend(self, newer: PastActions) -> PastActions:
        """Return this block with the actions of `newer` added."""
        return PastActions(self.actions.extend(newer.actions))

    def to_json(self) -> dict[str, Any]:
        """Return the known actions."""
        return {"actions": list(self.actions)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PastActions:
        """Return the block that `to_json` described."""
        return cls(Vocabulary(record["actions"]))


def _union(taken: _Indices, more: _Indices) -> _Indices:
    return tuple(sorted({*taken, *more})) if set(more) - set(taken) else taken
