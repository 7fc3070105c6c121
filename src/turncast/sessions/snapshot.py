"""Where a conversation stands, as bytes."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from turncast.errors import StateError
from turncast.features import Memory
from turncast.features.responses.slot_sources import SlotSources
from turncast.policy import PolicyState

FORMAT = "turncast-state-3"
_json = json.JSONEncoder(separators=(",", ":")).encode
_FLOAT = np.dtype("<f4")


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where a conversation stands, and by which model.

    Attributes:
        model: the digest of the policy that made the state.
        turns: how many turns were observed, those that were undone not counted.
        predicted: what the last turn takes as committed where nothing else is said; None where it was said.
        state: after the last turn.
    """

    model: str
    turns: int
    predicted: tuple[str, ...] | None
    state: PolicyState

    def to_bytes(self) -> bytes:
        r"""Return a line of JSON, and behind it the vectors as four-byte floats, one after the other.

        >>> state = PolicyState(((np.zeros(2, np.float32),),), Memory(("greet",)))
        >>> Standing("ab12", 1, None, state).to_bytes().partition(b"\n")[2].hex()
        '0000000000000000'
        """
        cells, memory = self.state.network, self.state.memory
        head = {
            "format": FORMAT,
            "model": self.model,
            "turns": self.turns,
            "predicted": self.predicted,
            "previous": memory.previous,
            "response": memory.response,
            "kept": memory.kept,
            "slot_sources": memory.slot_sources.to_json(),
            "rules": self.state.rules,
            "shapes": [[vector.shape for vector in cell] for cell in cells],
        }
        vectors = (vector.astype(_FLOAT, copy=False).tobytes() for cell in cells for vector in cell)
        return b"".join([_json(head).encode(), b"\n", *vectors])

    @classmethod
    def from_bytes(cls, content: bytes) -> Standing:
        """Return what `to_bytes` was called on; the vectors are not to be written to.

        Raises:
            StateError: for bytes that are not whole, or of an unknown format.
        """
        line, _, body = content.partition(b"\n")
        try:
            head = json.loads(line)
            if head["format"] != FORMAT:
                raise StateError(f"the state is of format {head['format']!r}, expected {FORMAT!r}")
            return cls(
                head["model"],
                head["turns"],
                _names(head["predicted"]),
                PolicyState(
                    _cells(head["shapes"], body),
                    Memory(
                        _names(head["previous"]),
                        head["response"],
                        _frozen(head["kept"]),
                        SlotSources(*_frozen(head["slot_sources"])),
                    ),
                    _frozen(head["rules"]),
                ),
            )
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, StateError):
                raise
            raise StateError("the state is not whole; the log makes it again") from None


def _names(listed: list[str] | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(listed)


def _frozen(value: Any) -> Any:
    """Return a value with tuples for its lists, as it was before it was JSON."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _cells(shapes: Any, body: bytes) -> tuple[tuple[Any, ...], ...]:
    cells, at = [], 0
    for cell in shapes:
        vectors = []
        for shape in cell:
            size = math.prod(shape)
            vector = np.frombuffer(body, _FLOAT, size, at) if size else np.zeros(0, _FLOAT)
            vectors.append(vector.reshape(shape))
            at += size * _FLOAT.itemsize
        cells.append(tuple(vectors))
    if at != len(body):
        raise StateError(f"the state has {len(body)} bytes of vectors, expected {at}")
    return tuple(cells)
