"""What was said of each slot, and stands until something changes, as bits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from turnwise.features.block import Read
from turnwise.features.seen import Kept, Seen

_BITS = ("named now", "named", "changed now", "new since facts", "confirmed", "other value offered now")
_MENTIONED, _STANDS, _CHANGED, _NEW, _CONFIRMED, _OFFERED = range(len(_BITS))


@dataclass(frozen=True, slots=True)
class _Slot:
    """What stands of one slot: the value that the user named last, and what became of it."""

    value: str
    new: bool
    confirmed: bool


@dataclass(frozen=True, slots=True)
class Slots:
    """Bits for each slot of a dictionary: what the user named, and what the system said of it.

    A slot's value is not told, only what became of it: the user names one now, or has named one; now names
    another than before; named it since facts came last; the system said it again (it is confirmed), or at the
    turn before said a value that the user had not named (an offer).

    >>> from turnwise.features.seen import Text
    >>> block = Slots(("food", "area"))
    >>> bits, kept = block.read(Seen(Text(("<food>",), (("food", "thai"),))), block.start())
    >>> [block.label(bit) for bit in sorted(bits)]
    ['food: named now', 'food: named', 'food: new since facts']
    >>> bits, _ = block.read(Seen(facts={"found": 0}, said=Text((), (("food", "thai"),))), kept)
    >>> [block.label(bit) for bit in sorted(bits)]
    ['food: named', 'food: confirmed']
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
            standing = {name: _Slot(slot.value, False, slot.confirmed) for name, slot in standing.items()}
        for name, value in seen.said.mentions if seen.said else ():
            if name in standing and standing[name].value == value:
                standing[name] = _Slot(value, standing[name].new, True)
            else:
                bits |= self._bits(name, _OFFERED)
        for name, value in seen.user.mentions if seen.user else ():
            bits |= self._bits(name, _MENTIONED)
            before = standing.get(name)
            if before is None or before.value != value:
                bits |= set() if before is None else self._bits(name, _CHANGED)
                standing[name] = _Slot(value, True, False)
        for name, slot in standing.items():
            bits |= self._bits(name, _STANDS)
            bits |= self._bits(name, _NEW) if slot.new else set()
            bits |= self._bits(name, _CONFIRMED) if slot.confirmed else set()
        return bits, tuple((name, slot.value, slot.new, slot.confirmed) for name, slot in standing.items())

    def _bits(self, name: str, kind: int) -> set[int]:
        return {len(_BITS) * self.slots.index(name) + kind} if name in self.slots else set()

    def bits_of(self, slot: str) -> range:
        """Return the bits of a slot."""
        first = len(_BITS) * self.slots.index(slot)
        return range(first, first + len(_BITS))

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
