"""What clients send and are sent, with the bounds of each."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from turncast.dialogue import Turn

MOST_TEXT, MOST_FACTS, MOST_ACTIONS, MOST_TURNS, MOST_RANKED = 10_000, 200, 64, 1_000, 100

ID = "[A-Za-z0-9_-]{1,64}"
"""The form of an id, as a regular expression."""

Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=MOST_TEXT)]
Number = Annotated[int, Field(ge=-(2**53), le=2**53)]
Value = bool | Number | float | Annotated[str, StringConstraints(max_length=1000)]
Facts = Annotated[dict[Name, Value], Field(max_length=MOST_FACTS)]
Actions = Annotated[tuple[Name, ...], Field(max_length=MOST_ACTIONS)]


def _whole(value: object) -> object:
    """Take 3.0 for 3, as JSON Schema does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Whole = BeforeValidator(_whole)
Top = Annotated[int, Field(ge=1, le=MOST_RANKED, strict=True), Whole]


class Body(BaseModel):
    """What a client sends: fields that are not known are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class BeginBody(Body):
    """A conversation that begins."""

    model_config = ConfigDict(json_schema_extra={"example": {"model": "default"}})

    model: Name | None = Field(default=None, description="Which model; the first, when not given.")
    id: Id | None = Field(
        default=None, description="Its id; made up when not given. One that is there goes on."
    )


class KeyedBody(Body):
    """What may be sent again, and counts once."""

    turn_id: Id | None = Field(
        default=None, description="Your own id of this request: sent again, it counts once."
    )


class ObserveBody(KeyedBody):
    """A turn: what the system sees now."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"user": "a table for two", "facts": {"open": True}, "turn_id": "t-1"}}
    )

    user: Text | None = Field(default=None, description="What the user said; null: the system acts again.")
    facts: Facts = Field(default_factory=dict, description="What else the system sees, by name.")
    commit: bool = Field(
        default=True, strict=True, description="Whether the predicted actions count as done."
    )
    threshold: float | None = Field(
        default=None,
        ge=0,
        le=1,
        strict=True,
        description="Abstain where what is predicted is less probable; the model's own, when not given.",
    )
    top: Top = Field(default=3, description="How many ranked actions to tell.")


class CommitBody(KeyedBody):
    """What was really done at the last turn."""

    model_config = ConfigDict(json_schema_extra={"example": {"actions": ["ask_time"]}})

    actions: Actions | None = Field(default=None, description="What was done; by default what was predicted.")
    response: Text | None = Field(default=None, description="What was said; the usual, where not told.")


class OverrideBody(KeyedBody):
    """What was really done at an earlier turn."""

    model_config = ConfigDict(json_schema_extra={"example": {"actions": ["ask_area"]}})

    actions: Actions
    response: Text | None = Field(default=None, description="What was said; the usual, where not told.")
    top: Top = Field(default=3, description="How many ranked actions to tell of each later turn.")


class UndoBody(KeyedBody):
    """Nothing but the id of the request."""


class TurnBody(Body):
    """A recorded turn."""

    user: Text | None = None
    facts: Facts = Field(default_factory=dict)
    actions: Actions = ()
    response: Text | None = None

    def to_turn(self) -> Turn:
        """Return it as a value."""
        return Turn(self.user, self.actions, self.facts, self.response)


class PredictBody(Body):
    """A whole dialogue."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"turns": [{"user": "hello", "actions": ["greet"]}, {"user": "a table for two"}]}
        }
    )

    turns: Annotated[list[TurnBody], Field(min_length=1, max_length=MOST_TURNS)]
    model: Name | None = None
    top: Top = 3


class Ranked(BaseModel):
    """An action with its probability."""

    action: str
    probability: float


class TurnTold(BaseModel):
    """What is predicted of a turn."""

    actions: list[str]
    probability: float
    abstain: bool = Field(description="Whether the model is too unsure for that to be done.")
    refused: dict[str, str] = Field(default={}, description="Why each action that a rule refuses is refused.")
    ranked: list[Ranked]


class Observed(TurnTold):
    """The answer to a turn."""

    turn: int
    response: str | None
    committed: list[str] | None


class Begun(BaseModel):
    """The answer to a beginning."""

    id: str
    model: str
    turns: int


class Committed(BaseModel):
    """What now counts as done."""

    turn: int
    committed: list[str]


class LaterTurn(TurnTold):
    """What is now predicted of a later turn."""

    turn: int


class Overridden(Committed):
    """What now counts as done, and what is now predicted of each later turn."""

    later: list[LaterTurn]


class PastTurn(BaseModel):
    """What was seen and done."""

    turn: int
    user: str | None
    facts: dict[str, Any]
    committed: list[str]
    response: str | None


class Undone(BaseModel):
    """What was taken back, and how many turns are left."""

    undone: PastTurn
    turns: int


class ConversationTold(BaseModel):
    """A conversation."""

    id: str
    model: str
    created: float
    updated: float
    open: bool = Field(description="Whether the last turn was not committed yet.")
    turns: list[PastTurn]


class PredictTold(BaseModel):
    """An answer for each decision."""

    turns: list[TurnTold]
