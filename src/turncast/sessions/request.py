"""The requests that clients make to a conversation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

from turncast.dialogue import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationRequest:
    """A request to one conversation.

    Attributes:
        id: the id of the conversation.
        key: the client's own id of this request. A repeated request with the same key gets the same answer,
            and changes nothing a second time.
    """

    id: str
    key: str | None = None

    @property
    def digest(self) -> str:
        """A hash of the request: a repeated request must be the same request.

        >>> Undo(id="c1").digest == Undo(id="c1").digest != Commit(id="c1").digest
        True
        """
        values = [getattr(self, one.name) for one in fields(self)]
        content = json.dumps([type(self).__name__, *values], sort_keys=True, default=dict)
        return hashlib.sha256(content.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin(ConversationRequest):
    """Begin a conversation, or continue the one that has this id.

    Attributes:
        model: the name of the model.
    """

    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Observe(ConversationRequest):
    """Observe a turn.

    Attributes:
        user: the user's text; None where the system acts again.
        facts: the facts of the turn.
        commit: whether to commit the predicted actions at once.
        threshold: abstain where the prediction is less probable than this; None for the model's threshold.
        top: how many ranked actions to return.
    """

    user: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    commit: bool = True
    threshold: float | None = None
    top: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(ConversationRequest):
    """Commit the last turn.

    Attributes:
        actions: the actions really taken; None for the predicted actions.
        response: the system's text; None where it is not known.
    """

    actions: tuple[str, ...] | None = None
    response: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Override(ConversationRequest):
    """Correct the actions of a turn.

    Attributes:
        turn: the number of the turn, counted from 1.
        actions: the actions really taken.
        response: the system's text; None where it is not known.
        top: how many ranked actions to return for each later turn.
    """

    turn: int
    actions: tuple[str, ...]
    response: str | None = None
    top: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo(ConversationRequest):
    """Remove the last turn."""
