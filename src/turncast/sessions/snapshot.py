"""The state of a conversation as bytes."""

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

FORMAT = "turncast-state-1"
_json = json.JSONEncoder(separators=(",", ":")).encode
_FLOAT = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """The last turn, where it was observed and not committed yet.

    Attributes:
        default_actions: the actions that are committed where the client commits none before the next turn;
            empty where the policy abstained or predicted no action.
    """

    default_actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of a conversation, and the policy that made it.

    Attributes:
        model: the digest of the policy.
        turns: the number of turns, without those that were undone.
        open_turn: the last turn, where it is not committed yet; None where it is.
        state: the policy's state after the last turn.
    """

    model: str
    turns: int
    open_turn: OpenTurn | None
    state: PolicyState

    def to_bytes(self) -> bytes:
        r"""Return a line of JSON, then the vectors one after the other, as four-byte little-endian floats.

        >>> state = PolicyState(((np.zeros(2, np.float32),),), Memory(("greet",)))
        >>> Snapshot("ab12", 1, None, state).to_bytes().partition(b"\n")[2].hex()
        '0000000000000000'
        """
        cells, memory = self.state.network, self.state.memory
        head = {
            "format": FORMAT,
            "model": self.model,
            "turns": self.turns,
            "predicted": None if self.open_turn is None else self.open_turn.default_actions,
            "previous": memory.previous_actions,
            "response": memory.previous_response,
            "block_states": memory.block_states,
            "slot_sources": memory.slot_sources.to_json(),
            "rules": self.state.rules,
            "shapes": [[vector.shape for vector in cell] for cell in cells],
        }
        vectors = (vector.astype(_FLOAT, copy=False).tobytes() for cell in cells for vector in cell)
        return b"".join([_json(head).encode(), b"\n", *vectors])

    @classmethod
    def from_bytes(cls, content: bytes) -> Snapshot:
        """Return the snapshot that `to_bytes` wrote; its vectors are read-only.

        Raises:
            StateError: for damaged bytes, or an unknown format.
        """
        line, _, body = content.partition(b"\n")
        try:
            head = json.loads(line)
            if head["format"] != FORMAT:
                raise StateError(f"the state is of format {head['format']!r}, expected {FORMAT!r}")
            return cls(
                head["model"],
                head["turns"],
                None if head["predicted"] is None else OpenTurn(tuple(head["predicted"])),
                PolicyState(
                    _cells(head["shapes"], body),
                    Memory(
                        _names(head["previous"]),
                        head["response"],
                        _frozen(head["block_states"]),
                        SlotSources(*_frozen(head["slot_sources"])),
                    ),
                    _frozen(head["rules"]),
                ),
            )
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, StateError):
                raise
            raise StateError("the state is damaged; resume the session from its events") from None


def _names(listed: list[str] | None) -> tuple[str, ...] | None:
    return None if listed is None else tuple(listed)


def _frozen(value: Any) -> Any:
    """Return a JSON value with tuples in place of its lists."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


def _cells(shapes: Any, body: bytes) -> tuple[tuple[Any, ...], ...]:
    cells, offset = [], 0
    for cell in shapes:
        vectors = []
        for shape in cell:
            size = math.prod(shape)
            vector = np.frombuffer(body, _FLOAT, size, offset) if size else np.zeros(0, _FLOAT)
            vectors.append(vector.reshape(shape))
            offset += size * _FLOAT.itemsize
        cells.append(tuple(vectors))
    if offset != len(body):
        raise StateError(f"the state has {len(body)} bytes of vectors, expected {offset}")
    return tuple(cells)
