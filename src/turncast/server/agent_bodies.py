"""The bodies of requests and answers for agents: chat messages in OpenAI's format, and the next tool call."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from turncast.server.bodies import MAX_TURNS, Body, Name, RankedAction, Top

ToolName = Annotated[str, StringConstraints(pattern=r"\S")]


class OpenAiObject(BaseModel):
    """A part of a message; unknown fields are accepted and ignored."""

    model_config = ConfigDict(extra="allow")


class NamedTool(OpenAiObject):
    """A tool, by its name."""

    name: ToolName


class FunctionCall(OpenAiObject):
    """A call of a function."""

    function: NamedTool


class CustomCall(OpenAiObject):
    """A call of a tool that takes text."""

    custom: NamedTool


class ChatMessage(OpenAiObject):
    """A message of the system, the user, or the assistant."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Any] | None = Field(default=None, description="A text, or a list of parts.")
    tool_calls: list[FunctionCall | CustomCall | NamedTool] | None = None
    function_call: NamedTool | None = None


class ToolMessage(OpenAiObject):
    """The result of a tool."""

    role: Literal["tool", "function"]
    content: Any = Field(default=None, description="JSON, or a text.")


class NextActionBody(Body):
    """The messages of an agent so far, in OpenAI's chat format."""

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
        list[Annotated[ChatMessage | ToolMessage, Field(discriminator="role")]],
        Field(min_length=1, max_length=MAX_TURNS),
    ]
    model: Name | None = None
    top: Top = 5

    def to_messages(self) -> list[dict[str, Any]]:
        """Return the messages as the client sent them."""
        return [message.model_dump(exclude_unset=True) for message in self.messages]


class NextAction(BaseModel):
    """The prediction of what an agent does next."""

    turn: int
    actions: list[str]
    probability: float
    abstain: bool
    ranked: list[RankedAction]
