"""Chat messages with tool calls: messages -> turns. Shared by the formats that hold such messages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.dialogue import Fact, Turn
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import Call, call_actions, message_calls
from turncast.readers.json_values import MAX_FACT_CHARS
from turncast.readers.read_context import ReadContext, Skipped
from turncast.readers.tool_results import add_tool_result

RESPOND = "respond"
"""The action of a message of plain text."""

STOP = "stop"
"""The action of a system that ends the conversation with the end mark alone."""

_END = re.compile(r"###(STOP|TRANSFER|OUT-OF-SCOPE)###")


def read_messages(
    messages: Any, where: str, context: ReadContext
) -> tuple[tuple[Turn, ...], dict[str, Fact]]:
    """Return the turns of a list of messages, and what its system prompt gives as metadata.

    A turn is a message of the assistant: its calls are the actions, and its text is the response; a message
    of text alone is the action `respond`. The user's texts since the last turn are joined by line ends.
    Tool results become facts (`add_tool_result`). The user's calls become the facts `user_tool.NAME`; their
    results are skipped and counted. `###STOP###` ends the dialogue and is no text; where
    the assistant sends it alone, its action is `stop`.

    Raises:
        CorpusError: for messages, contents and calls of another form.
    """
    if not isinstance(messages, list):
        raise CorpusError(where, f"the messages are {kind_of(messages)}", "give a list of messages")
    conversation = _Open(context)
    for number, message in enumerate(messages, start=1):
        for place, one in _flat(message, f"{where} message {number}"):
            conversation.add(one, place)
    conversation.close()
    return tuple(conversation.turns), _prompt_metadata("\n".join(conversation.prompt))


def text_of(content: Any, where: str, skipped: Skipped) -> str:
    """Return the text of a content: a string, or a list of parts; parts of other kinds are counted."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        problem = f"'content' is {kind_of(content)}"
        raise CorpusError(where, problem, "give a string, a list of parts, or null")
    texts = []
    for part in content:
        text = part if isinstance(part, str) else None
        if isinstance(part, dict):
            text = part.get("text", part.get("refusal"))
        if isinstance(text, str):
            texts.append(text)
        else:
            kind = part.get("type") if isinstance(part, dict) else kind_of(part)
            skipped.add(f"part of a message of type {str(kind)[:MAX_FACT_CHARS]!r}")
    return "\n".join(texts)


def _flat(message: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a message, or the answers of several tools that came as one message."""
    if not isinstance(message, dict):
        raise CorpusError(where, f"the message is {kind_of(message)}", "give an object with a 'role'")
    several = message.get("tool_messages")
    if message.get("role") == "tool" and isinstance(several, list):
        for number, one in enumerate(several, start=1):
            yield from _flat(one, f"{where} answer {number}")
    else:
        yield where, message


@dataclass(slots=True)
class _Open:
    """A conversation that is still being read."""

    context: ReadContext
    turns: list[Turn] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)
    prompt: list[str] = field(default_factory=list)
    tools: dict[str, Call] = field(default_factory=dict)  # by the call's id
    users: set[str] = field(default_factory=set)  # ids of the user's own calls
    begun: bool = False
    ended: bool = False

    def add(self, message: Mapping[str, Any], where: str) -> None:
        role = message.get("role")
        if not isinstance(role, str):
            problem = f"'role' is {kind_of(role)}" if "role" in message else "the message has no 'role'"
            raise CorpusError(where, problem, "give system, user, assistant or tool")
        if self.ended:
            self.context.skipped.add("message after the end mark")
        elif role in ("tool", "function"):
            self._answer(message, where)
        elif role in ("system", "developer"):
            self._system(text_of(message.get("content"), where, self.context.skipped))
        elif role in ("user", "assistant"):
            self.begun = True
            calls = message_calls(message, where)
            self.tools |= {call.id: call for call in calls if call.id}
            text = text_of(message.get("content"), where, self.context.skipped)
            refusal = message.get("refusal")
            if not text and isinstance(refusal, str):
                text = refusal
            mark = _END.search(text)
            text = _END.sub("", text).strip() if mark else text
            if role == "user":
                self._user(text, calls)
            else:
                self._assistant(text, calls, stops=bool(mark))
            self.ended = bool(mark)
        else:
            self.context.skipped.add(f"message of role {role[:MAX_FACT_CHARS]!r}")

    def _system(self, text: str) -> None:
        if self.begun:
            self.context.skipped.add("system message inside a dialogue")
        else:
            self.prompt.append(text)

    def _user(self, text: str, calls: tuple[Call, ...]) -> None:
        if text.strip():
            self.texts.append(text)
        for call in calls:
            self.facts[f"user_tool.{call.name}"] = True
            self.users |= {call.id} if call.id else set()

    def _assistant(self, text: str, calls: tuple[Call, ...], stops: bool) -> None:
        said = bool(text.strip())
        if not calls and not said and not stops:
            self.context.skipped.add("assistant message without text and calls")
            return
        actions = call_actions(calls, self.context) or (RESPOND if said else STOP,)
        user = "\n".join(self.texts) if self.texts else None
        self.turns.append(Turn(user, actions, self.facts, text if said else None))
        self.texts, self.facts = [], {}

    def _answer(self, message: Mapping[str, Any], where: str) -> None:
        self.begun = True
        number = next((message[key] for key in ("tool_call_id", "id") if message.get(key)), None)
        called = self.tools.get(number) if isinstance(number, str) else None
        name = message.get("name")
        if message.get("requestor") == "user" or (isinstance(number, str) and number in self.users):
            self.context.skipped.add("answer of a tool that the user called")
            return
        content = message.get("content")
        if isinstance(content, list):
            content = text_of(content, where, self.context.skipped)
        tool = name if isinstance(name, str) and name else called.name if called else None
        add_tool_result(self.facts, tool, content, message.get("error") is True, self.context.skipped)

    def close(self) -> None:
        if self.texts:
            self.context.skipped.add("user text after the last system decision", len(self.texts))
        if self.facts:
            self.context.skipped.add("answer of a tool, or a user's call, after the last system decision")


def _prompt_metadata(prompt: str) -> dict[str, Fact]:
    """Return a short system prompt itself, and the hash and length of a long one."""
    if not prompt.strip():
        return {}
    if len(prompt) <= MAX_FACT_CHARS:
        return {"system_prompt": prompt}
    digest = hashlib.sha256(prompt.encode()).hexdigest()[:16]
    return {"system_prompt_sha256": digest, "system_prompt_length": len(prompt)}
