"""What agents send and are sent: messages as OpenAI's chat interface has them, and the next tool call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from turncast.server.bodies import MOST_TURNS, Body, Name, Ranked, Top

ToolName = Annotated[str, StringConstraints(pattern=r"\S")]


class Sent(BaseModel):
    """What an agent has: fields that are not known are not looked at."""

    model_config = ConfigDict(extra="allow")


class Called(Sent):
    """A tool, by its name."""

    name: ToolName


class FunctionCall(Sent):
    """A call of a function."""

    function: Called


class CustomCall(Sent):
    """A call of a tool that takes text."""

    custom: Called


class Spoken(Sent):
    """A message of the system, the user, or the assistant."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Any] | None = Field(default=None, description="A text, or a list of parts.")
    tool_calls: list[FunctionCall | CustomCall | Called] | None = None
    function_call: Called | None = None


class Answered(Sent):
    """What a tool answered."""

    role: Literal["tool", "function"]
    content: Any = Field(default=None, description="JSON, or a text.")


class NextBody(Body):
    """The messages of an agent so far, as OpenAI's chat interface has them."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "messages": [
                    {"role": "user", "content": "Is there a flight to Oslo?"},
                    {
                        "role": "assistant",
                        "tool_calls": [{"function": {"name": "search", "arguments": "{}"}}],
                    },
                    {"role": "tool", "name": "search", "content": '{"found": 3}'},
                ]
            }
        }
    )

    messages: Annotated[
        list[Annotated[Spoken | Answered, Field(discriminator="role")]],
        Field(min_length=1, max_length=MOST_TURNS),
    ]
    model: Name | None = None
    top: Top = 5

    def sent(self) -> list[dict[str, Any]]:
        """Return the messages as they were sent."""
        return [message.model_dump(exclude_unset=True) for message in self.messages]


class NextTold(BaseModel):
    """What an agent does next."""

    turn: int
    actions: list[str]
    probability: float
    abstain: bool
    ranked: list[Ranked]
