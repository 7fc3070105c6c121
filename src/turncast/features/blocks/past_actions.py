"""The actions taken since the dialogue began, and since the user spoke last, as bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turncast.features.block import Read
from turncast.features.turn_view import Kept, Seen
from turncast.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class PastActions:
    """A bit for each known action taken at any earlier turn, and one for each taken since the user spoke.

    The user speaks at a turn with text or with facts of a new message; what is taken at the same turn or at
    silent turns after it counts as since then.

    >>> from turncast.features.turn_view import Text
    >>> block = PastActions(Vocabulary(["greet", "ask", "book"]))
    >>> bits, kept = block.read(Seen(Text(("hi",))), block.start())
    >>> bits, kept = block.read(Seen(previous=("greet",)), kept)
    >>> sorted(bits)
    [0, 3]
    >>> bits, kept = block.read(Seen(Text(("tea",)), previous=("ask",)), kept)
    >>> sorted(bits)
    [0, 1]
    """

    actions: Vocabulary
    name = "past_actions"

    @property
    def width(self) -> int:
        """Known actions, twice."""
        return 2 * len(self.actions)

    def start(self) -> Kept:
        """Return that nothing was taken."""
        return (), ()

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bits of the actions taken so far."""
        ever, lately = kept
        indices = self.actions.indices(seen.previous or ())
        taken = tuple(index for index in indices if index != self.actions.unknown)
        ever = _with(ever, taken)
        lately = () if seen.user else _with(lately, taken)
        return [*ever, *(len(self.actions) + index for index in lately)], (ever, lately)

    def label(self, bit: int) -> str:
        """Say which action a bit stands for."""
        since = "so far" if bit < len(self.actions) else "since the user spoke"
        return f"{since}: {self.actions.name(bit % len(self.actions))}"

    def to_json(self) -> dict[str, Any]:
        """Return the known actions."""
        return {"actions": list(self.actions)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> PastActions:
        """Make the block that `to_json` described."""
        return cls(Vocabulary(record["actions"]))


def _with(taken: tuple[int, ...], more: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted({*taken, *more})) if set(more) - set(taken) else taken
