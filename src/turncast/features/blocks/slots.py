"""What was said of each slot, and stands until something changes, as bits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from turncast.features.block import Read
from turncast.features.blocks.requested_slots import asked_slots
from turncast.features.turn_view import Kept, Seen

_BITS = (
    "named now",
    "named",
    "changed now",
    "new since facts",
    "confirmed",
    "other value offered now",
    "asked for now",
    "asked for",
)
_MENTIONED, _STANDS, _CHANGED, _NEW, _CONFIRMED, _OFFERED, _ASKED_NOW, _ASKED = range(len(_BITS))


@dataclass(frozen=True, slots=True)
class _Slot:
    """What stands of one slot: the value that the user named last, if any, and what became of it."""

    value: str | None = None
    new: bool = False
    confirmed: bool = False
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Slots:
    """Bits for each slot of a dictionary: what the user named, and what the system said of it.

    A slot's value is not told, only what became of it: the user names one now, or has named one; now names
    another than before; named it since facts came last; the system said it again (it is confirmed), or at the
    turn before said a value that the user had not named (an offer). And
    whether the system asked for the slot at the turn before, or ever.

    >>> from turncast.features.turn_view import Text
    >>> block = Slots(("food", "area"))
    >>> bits, kept = block.read(Seen(Text(("<food>",), (("food", "thai"),))), block.start())
    >>> [block.label(bit) for bit in sorted(bits)]
    ['food: named now', 'food: named', 'food: new since facts']
    >>> bits, _ = block.read(Seen(facts={"found": 0}, said=Text((), (("food", "thai"),))), kept)
    >>> [block.label(bit) for bit in sorted(bits)]
    ['food: named', 'food: confirmed']
    >>> bits, _ = block.read(Seen(previous=("ask_area",)), block.start())
    >>> [block.label(bit) for bit in sorted(bits)]
    ['area: asked for now', 'area: asked for']
    """

    slots: tuple[str, ...]
    name = "slots"

    @property
    def width(self) -> int:
        """The bits of each slot."""
        return len(_BITS) * len(self.slots)

    def start(self) -> Kept:
        """Return that nothing was said."""
        return ()

    def read(self, seen: Seen, kept: Kept) -> Read:
        """Return the bits of the slots of which something was said."""
        standing = {name: _Slot(*slot) for name, *slot in kept}
        bits = set[int]()
        if seen.facts:
            standing = {
                name: replace(slot, new=False) if slot.new else slot for name, slot in standing.items()
            }
        for name, value in seen.said.mentions if seen.said else ():
            if name in standing and standing[name].value == value:
                standing[name] = replace(standing[name], confirmed=True)
            else:
                bits |= self._bits(name, _OFFERED)
        for name in asked_slots(self.slots, seen):
            bits |= self._bits(name, _ASKED_NOW)
            standing[name] = replace(standing.get(name, _Slot()), asked=True)
        for name, value in seen.user.mentions if seen.user else ():
            bits |= self._bits(name, _MENTIONED)
            before = standing.get(name, _Slot())
            if before.value != value:
                bits |= self._bits(name, _CHANGED) if before.value else set()
                standing[name] = _Slot(value, new=True, asked=before.asked)
        for name, slot in standing.items():
            bits |= self._bits(name, _STANDS) if slot.value else set()
            bits |= self._bits(name, _NEW) if slot.new else set()
            bits |= self._bits(name, _CONFIRMED) if slot.confirmed else set()
            bits |= self._bits(name, _ASKED) if slot.asked else set()
        return bits, tuple(
            (name, slot.value, slot.new, slot.confirmed, slot.asked) for name, slot in standing.items()
        )

    def _bits(self, name: str, kind: int) -> set[int]:
        return {len(_BITS) * self.slots.index(name) + kind} if name in self.slots else set()

    def bits_of(self, slot: str) -> range:
        """Return the bits of a slot that tell of its values."""
        first = len(_BITS) * self.slots.index(slot)
        return range(first, first + _ASKED_NOW)

    def label(self, bit: int) -> str:
        """Say what a bit stands for."""
        slot, kind = divmod(bit, len(_BITS))
        return f"{self.slots[slot]}: {_BITS[kind]}"

    def to_json(self) -> dict[str, Any]:
        """Return the slots."""
        return {"slots": list(self.slots)}

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Slots:
        """Make the block that `to_json` described."""
        return cls(tuple(record["slots"]))
