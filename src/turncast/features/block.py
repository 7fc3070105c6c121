"""A block: a named part of the encoder's input with a known number of bits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from typing import Any, Protocol, Self, TypeVar

from turncast.features.turn_view import BlockState, TurnView

State = TypeVar("State", bound=BlockState)
Key = tuple[str | int | float, ...]


class Block(Protocol[State]):
    """What every block offers: it reads a turn and its own state, and returns set bits and its next state.

    Type parameter:
        State: what the block carries from turn to turn. An encoder passes each block the states that this
            block returned, and no others; so it handles its blocks as `Block[Any]`.
    """

    @property
    def name(self) -> str:
        """The block's name, unique in its encoder."""
        ...

    @property
    def width(self) -> int:
        """The number of bits."""
        ...

    @property
    def keys(self) -> tuple[Key, ...]:
        """The identity of each bit, all different; it stays the same where the wording of labels changes."""
        ...

    def start(self) -> State:
        """Return the state before the first turn."""
        ...

    def read(self, view: TurnView, state: State) -> tuple[Collection[int], State]:
        """Return the set bits, each once, from 0 to `width` - 1, and the state after the turn."""
        ...

    def label(self, bit: int) -> str:
        """Return a text for people that says what a bit means."""
        ...

    def extend(self, newer: Self) -> Self:
        """Return this block with the bits that only `newer` has added; bits with equal keys mean the same."""
        ...

    def to_json(self) -> dict[str, Any]:
        """Return the JSON from which `from_json` makes an equal block."""
        ...


class StatelessBlock(ABC):
    """A block that needs nothing but the turn's view; a subclass writes `bits`."""

    __slots__ = ()

    def start(self) -> None:  # noqa: B027
        """Return None: there is no state."""

    def read(self, view: TurnView, state: None) -> tuple[Collection[int], None]:
        """Return the set bits, and None."""
        return self.bits(view), state

    @abstractmethod
    def bits(self, view: TurnView) -> Collection[int]:
        """Return the set bits, each once."""
