"""What a client asks of a conversation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from turncast.dialogue import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a client asks of one conversation.

    Attributes:
        id: of the conversation.
        key: the client's own id of this request. Where the same one comes again, the answer is the same, and
            nothing is done twice.
    """

    id: str
    key: str | None = None

    @property
    def digest(self) -> str:
        """A hash of what is asked: a request that comes again must ask the same.

        >>> Undo(id="c1").digest == Undo(id="c1").digest != Commit(id="c1").digest
        True
        """
        values = [getattr(self, one.name) for one in fields(self)]
        asked = json.dumps([type(self).__name__, *values], sort_keys=True, default=dict)
        return hashlib.sha256(asked.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin(Request):
    """Begin a conversation; one of this id and model that is there already goes on.

    Attributes:
        model: the name of the model.
    """

    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(Request):
    """Observe a turn.

    Attributes:
        user: what the user said; None where the system acts again.
        facts: what else the system saw.
        commit: whether the predicted actions are committed at once.
        threshold: where what is predicted is less sure, the answer is to abstain; the model's own when none.
        top: how many ranked actions are told.
    """

    user: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    commit: bool = True
    threshold: float | None = None
    top: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Request):
    """Commit the last turn.

    Attributes:
        actions: what was really done; None for what was predicted.
        response: what was said with them; None where that is not told.
    """

    actions: tuple[str, ...] | None = None
    response: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(Request):
    """Correct what was done at a turn.

    Attributes:
        turn: which, counted from 1.
        actions: what was really done.
        response: what was said with them; None where that is not told.
        top: how many ranked actions are told of each later turn.
    """

    turn: int
    actions: tuple[str, ...]
    response: str | None = None
    top: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(Request):
    """Take back the last turn."""
