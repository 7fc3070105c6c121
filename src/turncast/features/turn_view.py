"""What an encoder and its blocks know at a turn: the turn's input, and the state after earlier turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

from turncast.dialogue import Fact
from turncast.features.responses.slot_sources import NO_SOURCES, SlotSources
from turncast.features.text.slot_values import ParsedText

BlockState: TypeAlias = "bool | int | float | str | tuple[BlockState, ...] | None"
"""What a block carries from one turn to the next; JSON can hold it, with lists for tuples."""

_NO_FACTS: Mapping[str, Fact] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class TurnView:
    """The input of one turn. It does not hold the turn's own actions and response, so no block can use them.

    Attributes:
        user: the user's text; None where the user said nothing.
        facts: the facts that came since the system's last decision.
        previous_actions: the actions committed at the turn before; None at the first turn.
        previous_response: what the system said at the turn before; None where that is not known.
    """

    user: ParsedText | None = None
    facts: Mapping[str, Fact] = field(default_factory=lambda: _NO_FACTS)
    previous_actions: tuple[str, ...] | None = None
    previous_response: ParsedText | None = None


@dataclass(frozen=True, slots=True)
class Memory:
    """The state of an encoder between two turns of a dialogue; its size does not grow with the turns.

    Attributes:
        previous_actions: the actions committed last; None before the first turn.
        previous_response: what the system said with them; None where that is not known.
        block_states: the state of each block.
        slot_sources: the values that can fill the placeholders of templates.
    """

    previous_actions: tuple[str, ...] | None = None
    previous_response: str | None = None
    block_states: tuple[BlockState, ...] = ()
    slot_sources: SlotSources = NO_SOURCES

    def committed(self, actions: tuple[str, ...], response: str | None = None) -> Memory:
        """Return the memory with these actions and this response as those of the last turn."""
        return Memory(actions, response, self.block_states, self.slot_sources)
