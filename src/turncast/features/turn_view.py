"""What blocks look at: what the system sees at a turn, and what it did at the turn before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from turncast.dialogue import Fact
from turncast.features.responses.slot_sources import NOTHING, SlotSources

Previous = tuple[str, ...] | None
"""The actions committed at the turn before; None at the start of a dialogue."""

Kept = Any
"""What a block keeps from turn to turn: None, a number, a text, or tuples of them: what JSON can hold."""

_NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Text:
    """A text as blocks read it.

    Attributes:
        words: in order; where a dictionary knows a value, the name of its slot stands for it.
        mentions: the values found, (slot, value) each, in order.
        written: the text as it came.
    """

    words: tuple[str, ...] = ()
    mentions: tuple[tuple[str, str], ...] = ()
    written: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A turn as blocks see it. What the turn's own actions and response are, is not in it: no block can look.

    Attributes:
        user: what the user said; None in silence.
        facts: what else the system saw since its last decision.
        previous: the actions committed at the turn before; None at the start of a dialogue.
        said: what the system said at the turn before; None where that is not known.
    """

    user: Text | None = None
    facts: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    previous: Previous = None
    said: Text | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """What an encoder keeps from turn to turn of one dialogue; its size does not grow with the turns.

    Attributes:
        previous: the actions committed last; None before the first turn.
        response: what the system said with them, where that is known.
        kept: what each block keeps.
        slot_sources: what templates can be filled with.
    """

    previous: Previous = None
    response: str | None = None
    kept: tuple[Kept, ...] = ()
    slot_sources: SlotSources = NOTHING

    def committed(self, actions: tuple[str, ...], response: str | None = None) -> Memory:
        """Return the memory in which these actions were taken at the last turn."""
        return Memory(actions, response, self.kept, self.slot_sources)
