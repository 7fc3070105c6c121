"""The bodies of requests and answers, with the limits of each field."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from turncast.dialogue import Turn

MAX_TEXT_LENGTH, MAX_FACTS, MAX_ACTIONS, MAX_TURNS, MAX_RANKED = 10_000, 200, 64, 1_000, 100

ID = "[A-Za-z0-9_-]{1,64}"
"""The form of an id, as a regular expression."""

Id = Annotated[str, StringConstraints(pattern=f"^{ID}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT_LENGTH)]
Integer = Annotated[int, Field(ge=-(2**53), le=2**53)]
FactValue = bool | Integer | float | Annotated[str, StringConstraints(max_length=1000)]
FactValues = Annotated[dict[Name, FactValue], Field(max_length=MAX_FACTS)]
ActionNames = Annotated[tuple[Name, ...], Field(max_length=MAX_ACTIONS)]


def _integral_float_to_int(value: object) -> object:
    """Accept 3.0 as the integer 3, as JSON Schema does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


IntegralFloat = BeforeValidator(_integral_float_to_int)
Top = Annotated[int, Field(ge=1, le=MAX_RANKED, strict=True), IntegralFloat]
Threshold = Annotated[float, Field(ge=0, le=1, strict=True)]


class Body(BaseModel):
    """The body of a request; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class BeginBody(Body):
    """A new conversation."""

    model_config = ConfigDict(json_schema_extra={"example": {"model": "default"}})

    model: Name | None = Field(default=None, description="The name of the model; by default the first.")
    id: Id | None = Field(
        default=None,
        description="The id; by default a random one. An existing conversation is continued.",
    )


class KeyedBody(Body):
    """A request that may be repeated and counts once."""

    turn_id: Id | None = Field(
        default=None, description="The client's id of this request; a repeated request counts once."
    )


class ObserveBody(KeyedBody):
    """A turn to predict."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"user": "a table for two", "facts": {"open": True}, "turn_id": "t-1"}}
    )

    user: Text | None = Field(default=None, description="The user's text; null: the system acts again.")
    facts: FactValues = Field(default_factory=dict, description="The facts of the turn, by name.")
    commit: bool = Field(
        default=True, strict=True, description="Whether to commit the predicted actions at once."
    )
    threshold: Threshold | None = Field(
        default=None, description="Abstain below this probability; by default the model's threshold."
    )
    top: Top = Field(default=3, description="How many ranked actions to return.")


class CommitBody(KeyedBody):
    """The actions that were really taken at the last turn."""

    model_config = ConfigDict(json_schema_extra={"example": {"actions": ["ask_time"]}})

    actions: ActionNames | None = Field(
        default=None, description="The actions; by default the predicted ones."
    )
    response: Text | None = Field(
        default=None, description="The system's text; by default the usual response."
    )


class OverrideBody(KeyedBody):
    """The actions that were really taken at an earlier turn."""

    model_config = ConfigDict(json_schema_extra={"example": {"actions": ["ask_area"]}})

    actions: ActionNames
    response: Text | None = Field(
        default=None, description="The system's text; by default the usual response."
    )
    top: Top = Field(default=3, description="How many ranked actions to return for each later turn.")


class UndoBody(KeyedBody):
    """The removal of the last turn."""


class TurnBody(Body):
    """A recorded turn."""

    user: Text | None = None
    facts: FactValues = Field(default_factory=dict)
    actions: ActionNames = ()
    response: Text | None = None

    def to_turn(self) -> Turn:
        """Return the turn."""
        return Turn(self.user, self.actions, self.facts, self.response)


class PredictBody(Body):
    """A whole dialogue."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"turns": [{"user": "hello", "actions": ["greet"]}, {"user": "a table for two"}]}
        }
    )

    turns: Annotated[list[TurnBody], Field(min_length=1, max_length=MAX_TURNS)]
    model: Name | None = None
    top: Top = 3


class RankedAction(BaseModel):
    """An action with its probability."""

    action: str
    probability: float


class Predicted(BaseModel):
    """The prediction of a turn."""

    actions: list[str]
    probability: float
    abstain: bool = Field(description="Whether the model is not sure enough to act.")
    refused: dict[str, str] = Field(
        default={}, description="The actions that a rule refuses, each with the reason."
    )
    ranked: list[RankedAction]


class Warned(Predicted):
    """A prediction, and what the model could not use of the turn."""

    warnings: list[str] = Field(
        default=[],
        description="What the model cannot use of the turn: unknown facts, unknown values of facts, and user "
        "text where none was in its training corpus.",
    )


class Observed(Warned):
    """The answer to an observed turn."""

    turn: int
    response: str | None
    committed: list[str] | None


class Started(BaseModel):
    """The answer to the beginning of a conversation."""

    id: str
    model: str
    turns: int


class Committed(BaseModel):
    """The committed actions of a turn."""

    turn: int
    committed: list[str]


class LaterTurn(Predicted):
    """The new prediction of a later turn."""

    turn: int


class Overridden(Committed):
    """The committed actions of the corrected turn, and the new prediction of each later turn."""

    later: list[LaterTurn]


class PastTurn(BaseModel):
    """A turn with its committed actions."""

    turn: int
    user: str | None
    facts: dict[str, Any]
    committed: list[str]
    response: str | None


class Undone(BaseModel):
    """The removed turn, and the number of turns that are left."""

    undone: PastTurn
    turns: int


class ConversationRecord(BaseModel):
    """A conversation."""

    id: str
    model: str
    created: float
    updated: float
    open: bool = Field(description="Whether the last turn is not committed yet.")
    turns: list[PastTurn]


class DialoguePredictions(BaseModel):
    """A prediction for each turn."""

    turns: list[Warned]
