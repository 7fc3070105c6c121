"""The bodies of requests and answers for agents: chat messages in OpenAI's format, and the next tool call."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from turncast.server.bodies import MAX_TURNS, Body, Name, RankedAction, Threshold, Top

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
    """A message of the system, the user, the assistant or a tool; the reader of chat messages checks it."""

    role: str = Field(description="system, developer, user, assistant, tool or function.")
    content: Any = Field(default=None, description="A text, a list of parts (also Anthropic's), or null.")
    tool_calls: list[FunctionCall | CustomCall | NamedTool] | None = None
    function_call: NamedTool | None = None


class NextActionBody(Body):
    """The messages of an agent so far: OpenAI's chat request as it is; its other fields are ignored."""

    model_config = ConfigDict(
        extra="ignore",
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
        },
    )

    messages: Annotated[list[ChatMessage], Field(min_length=1, max_length=MAX_TURNS)]
    model: Name | None = Field(
        default=None,
        description="The name of a model; a server with one model accepts any name.",
    )
    threshold: Threshold | None = Field(
        default=None, description="Abstain below this probability; by default the model's threshold."
    )
    tools: Any = Field(
        default=None, description="The tools that are offered; the answer names those unknown to the model."
    )
    top: Top = 5

    def to_messages(self) -> list[dict[str, Any]]:
        """Return the messages as the client sent them."""
        return [message.model_dump(exclude_unset=True) for message in self.messages]


class NextAction(BaseModel):
    """The prediction of what an agent does next."""

    model: str
    turn: int
    unknown_tools: list[str] = Field(
        description="The tools, called so far or offered, that the model never saw in training."
    )
    skipped: dict[str, int] = Field(
        description="What the model cannot see of the messages, such as long values of tool results."
    )
    warnings: list[str] = Field(
        default=[], description="What the model cannot use of the turn, such as an unknown fact."
    )
    actions: list[str]
    probability: float
    abstain: bool
    ranked: list[RankedAction]
