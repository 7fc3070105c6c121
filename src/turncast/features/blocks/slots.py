"""What the user and the system have said about each slot so far, as bits."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from turncast.features.block import Key
from turncast.features.turn_view import TurnView

_PLACEHOLDER = re.compile(r"\{[^}]*\}|<[^>]*>")
_SEPARATOR = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")  # of names such as `ask_area` and `askArea`


class _Bit(IntEnum):
    """The bits of a slot, in order; their names are in the keys, so do not rename them."""

    MENTIONED_NOW = 0
    MENTIONED = 1
    CHANGED_NOW = 2
    NEW_SINCE_FACTS = 3
    CONFIRMED = 4
    OFFERED_NOW = 5
    REQUESTED_NOW = 6
    REQUESTED = 7


_LABELS = (
    "named now",
    "named",
    "changed now",
    "new since facts",
    "confirmed",
    "other value offered now",
    "asked for now",
    "asked for",
)
_State = tuple[tuple[str, str | None, bool, bool, bool], ...]


@dataclass(frozen=True, slots=True)
class _Slot:
    """The state of one slot: the value that the user named last, if any, and what happened to it."""

    value: str | None = None
    new: bool = False
    confirmed: bool = False
    requested: bool = False


@dataclass(frozen=True, slots=True)
class Slots:
    """Bits for each slot: what the user said about it, and what the system said.

    The bits do not contain a slot's value, only its history: the user names a value now, or has named one;
    now names another than before; named it since facts came last; the system repeated it (confirmed), or at
    the turn before said a value that the user had not named (an offer). And
    whether the system asked for the slot at the turn before, or ever.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> block = Slots(("food", "area"))
    >>> thai = (("food", "thai"),)
    >>> bits, state = block.read(TurnView(ParsedText(("<food>",), thai)), block.start())
    >>> [block.label(bit) for bit in sorted(bits)]
    ['food: named now', 'food: named', 'food: new since facts']
    >>> repeated = TurnView(facts={"found": 0}, previous_response=ParsedText(mentions=thai))
    >>> bits, _ = block.read(repeated, state)
    >>> [block.label(bit) for bit in sorted(bits)]
    ['food: named', 'food: confirmed']
    >>> bits, _ = block.read(TurnView(previous_actions=("ask_area",)), block.start())
    >>> [block.label(bit) for bit in sorted(bits)]
    ['area: asked for now', 'area: asked for']
    """

    slots: tuple[str, ...]
    name = "slots"

    @property
    def width(self) -> int:
        """The bits of each slot."""
        return len(_Bit) * len(self.slots)

    @property
    def keys(self) -> tuple[Key, ...]:
        """A key for each bit of each slot."""
        return tuple((slot, kind.name) for slot in self.slots for kind in _Bit)

    def start(self) -> _State:
        """Return the state in which nothing was said."""
        return ()

    def read(self, view: TurnView, state: _State) -> tuple[set[int], _State]:
        """Return the bits of the slots about which something was said."""
        slots = {name: _Slot(value, *flags) for name, value, *flags in state}
        bits = set[int]()
        if view.facts:
            slots = {name: replace(slot, new=False) if slot.new else slot for name, slot in slots.items()}
        for name, value in view.previous_response.mentions if view.previous_response else ():
            if name in slots and slots[name].value == value:
                slots[name] = replace(slots[name], confirmed=True)
            else:
                bits |= self._bits(name, _Bit.OFFERED_NOW)
        for name in requested_slots(self.slots, view):
            bits |= self._bits(name, _Bit.REQUESTED_NOW)
            slots[name] = replace(slots.get(name, _Slot()), requested=True)
        for name, value in view.user.mentions if view.user else ():
            bits |= self._bits(name, _Bit.MENTIONED_NOW)
            before = slots.get(name, _Slot())
            if before.value != value:
                bits |= self._bits(name, _Bit.CHANGED_NOW) if before.value else set()
                slots[name] = _Slot(value, new=True, requested=before.requested)
        for name, slot in slots.items():
            bits |= self._bits(name, _Bit.MENTIONED) if slot.value else set()
            bits |= self._bits(name, _Bit.NEW_SINCE_FACTS) if slot.new else set()
            bits |= self._bits(name, _Bit.CONFIRMED) if slot.confirmed else set()
            bits |= self._bits(name, _Bit.REQUESTED) if slot.requested else set()
        return bits, tuple(
            (name, slot.value, slot.new, slot.confirmed, slot.requested) for name, slot in slots.items()
        )

    def _bits(self, name: str, kind: _Bit) -> set[int]:
        return {len(_Bit) * self.slots.index(name) + kind} if name in self.slots else set()

    def value_bits(self, slot: str) -> range:
        """Return the bits that depend on the values that were said of a slot."""
        first = len(_Bit) * self.slots.index(slot)
        return range(first, first + _Bit.REQUESTED_NOW)

    def label(self, bit: int) -> str:
        """Return the slot that a bit stands for, and what was said about it."""
        slot, kind = divmod(bit, len(_Bit))
        return f"{self.slots[slot]}: {_LABELS[kind]}"

    def extend(self, newer: Slots) -> Slots:
        """Return this block with the slots of `newer` added."""
        return Slots(tuple(dict.fromkeys((*self.slots, *newer.slots))))

    def to_json(self) -> dict[str, Any]:
        """Return the slots."""
        return {"slots": list(self.slots)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Slots:
        """Return the block that `to_json` described."""
        return cls(tuple(record["slots"]))


def requested_slots(slots: tuple[str, ...], view: TurnView) -> set[str]:
    """Return the slots that the system asked for at the turn before.

    It asks for a slot with an action, or a question, that has the last part of the slot's name among its
    words: `ask_area`, `Which area?` and `request.restaurant-area` ask for `restaurant-area`. A placeholder
    is not a word.

    >>> from turncast.features.text.slot_values import ParsedText
    >>> slots = ("restaurant-area", "R_cuisine")
    >>> views = [TurnView(previous_actions=(action,)) for action in ("ask_area", "offer {area}")]
    >>> [requested_slots(slots, view) for view in views]
    [{'restaurant-area'}, set()]
    >>> requested_slots(slots, TurnView(previous_response=ParsedText(raw="Which cuisine, please?")))
    {'R_cuisine'}
    """
    response = view.previous_response
    question = [response.raw] if response and "?" in response.raw else []
    texts = [*(view.previous_actions or ()), *question]
    return {slot for text in texts for slot in _requested_in(text, slots)}


@functools.lru_cache(maxsize=4096)  # a corpus has few different actions
def _requested_in(text: str, slots: tuple[str, ...]) -> tuple[str, ...]:
    words = set(_name_parts(_PLACEHOLDER.sub(" ", text)))
    return tuple(slot for slot in slots if words.intersection(_name_parts(slot)[-1:]))


def _name_parts(text: str) -> list[str]:
    return _SEPARATOR.sub(" ", text).casefold().split()
