"""An encoder that knows more: the names of the old one at their places, and new ones after them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.features.block import Block
from turncast.features.encoder import TurnEncoder


def grown(old: TurnEncoder, new: TurnEncoder) -> TurnEncoder:
    """Return the old encoder with what only the new one knows: its words, actions, facts and values.

    All that a block has learned is in its JSON, where names stand in lists: new names are added at the ends.
    What is no list of names (the edges of a number's buckets, byte-pair pieces) stays as it was. A value of a
    slot that is new stands for its slot in old texts too. A template is filled as it was.

    >>> from turncast.features.blocks.user_words import UserWords
    >>> from turncast.vocabulary import Vocabulary
    >>> old, new = (TurnEncoder([UserWords(Vocabulary(names))]) for names in (["tea", "big"], ["cake"]))
    >>> encoder = grown(old, new)
    >>> [encoder.label(bit) for bit in range(encoder.width)]
    ['tea', 'big', 'cake', '(unknown word)', '(no word)']
    >>> origins(old, encoder).tolist()
    [0, 1, -1, 2, 3]
    """
    known, found = old.to_json(), new.to_json()
    tokens = known["tokens"] and _record(known["tokens"], found["tokens"])
    values = {
        slot: _joined(known["slot_values"].get(slot, []), its) for slot, its in found["slot_values"].items()
    }
    return TurnEncoder.from_json(
        {
            "blocks": _joined(known["blocks"], found["blocks"]),
            "tokens": tokens,
            "slot_values": {**known["slot_values"], **values},
            "responder": {**found["responder"], **known["responder"]},
        }
    )


def origins(old: TurnEncoder, grown: TurnEncoder) -> NDArray[np.intp]:
    """Return which bit of the old encoder each bit of the grown one was, -1 where it is new: (F,)."""
    places = {key: place for place, key in enumerate(_keys(old))}
    return np.array([places.get(key, -1) for key in _keys(grown)], np.intp)


def _keys(encoder: TurnEncoder) -> Iterator[tuple[str, str, int]]:
    """Yield by what each bit is known: its block, its label, and the how-manieth of this label it is."""
    for block in encoder.blocks:
        seen = Counter[str]()
        for label in _labels(block):
            yield block.name, label, seen[label]
            seen[label] += 1


def _labels(block: Block) -> Iterator[str]:
    return (block.label(bit) for bit in range(block.width))


def _record(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the record of a block, or of a fact, with the names that only the new one has."""
    if old.keys() != new.keys():  # a number here, a category there: it stays what it was
        return old
    return {name: _joined(old[name], new[name]) for name in old}


def _joined(old: Any, new: Any) -> Any:
    """Return the old value of a record with what only the new one has: names in lists, entries by name."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**new, **old}
    if not isinstance(old, list) or not isinstance(new, list):
        return old
    known, found = {_name(item): item for item in old}, {_name(item): item for item in new}
    if None in known or None in found:  # no names: edges
        return old
    kept = [
        _record(item, found.get(name, {})) if isinstance(item, dict) else item for name, item in known.items()
    ]
    return kept + [item for name, item in found.items() if name not in known]


def _name(item: Any) -> str | None:
    """Return the name that stands in a list of names, or that a record in a list has."""
    if isinstance(item, dict):
        return item.get("name", item.get("block"))
    return item if isinstance(item, str) else None
