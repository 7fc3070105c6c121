"""Chat messages with tool calls -> turns, for all formats that have such messages and for the server."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.dialogue import Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import RESPOND, Call, call_actions, message_calls
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.json_values import MAX_FACT_CHARS
from turncast.readers.read_context import ReadContext
from turncast.readers.tool_results import add_tool_result

STOP = "stop"
"""The action of a system that ends the conversation with the end mark alone."""

UNUSED_RESULT = "tool result or user call after the last system turn"
"""Reason for counting facts that no turn has."""

_END = re.compile(r"###(STOP|TRANSFER|OUT-OF-SCOPE)###")


def read_messages(messages: Any, where: str, context: ReadContext) -> tuple[DialogueBuilder, dict[str, Fact]]:
    """Return the dialogue of a list of messages, and the metadata from its system prompt.

    Each message of the assistant is a turn: its calls are the actions and its text is the response. A message
    with text alone has the action `respond`. The user texts since the last turn are joined by line ends. Tool
    results become facts (`add_tool_result`). The user's calls become the facts `user_tool.NAME`; their
    results are skipped and counted. `###STOP###` ends the dialogue and is not part of the text; if the
    assistant sends nothing else, its action is `stop`.

    Raises:
        CorpusError: for messages, contents and calls of another form.
    """
    if not isinstance(messages, list):
        raise CorpusError(where, f"the messages are {kind_of(messages)}", "give a list of messages")
    reader = _MessageReader(context, DialogueBuilder(context.skipped))
    for number, message in enumerate(messages, start=1):
        for place, single in _single_messages(message, f"{where} message {number}"):
            reader.add(single, place)
    return reader.builder, _prompt_metadata("\n".join(reader.prompts))


def content_text(content: Any, where: str, skipped: Counter[str]) -> str:
    """Return the text of a message content: a string or a list of parts; parts without text are counted."""
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
            skipped[f"part of a message of type {str(kind)[:MAX_FACT_CHARS]!r}"] += 1
    return "\n".join(texts)


def _single_messages(message: Any, where: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a message, or each of the tool results that are joined in one message."""
    if not isinstance(message, dict):
        raise CorpusError(where, f"the message is {kind_of(message)}", "give an object with a 'role'")
    results = message.get("tool_messages")
    if message.get("role") == "tool" and isinstance(results, list):
        for number, result in enumerate(results, start=1):
            yield from _single_messages(result, f"{where} result {number}")
    else:
        yield where, message


@dataclass(slots=True)
class _MessageReader:
    """Adds messages to a dialogue, one after another."""

    context: ReadContext
    builder: DialogueBuilder
    prompts: list[str] = field(default_factory=list)
    calls: dict[str, Call] = field(default_factory=dict)  # by the id of the call
    user_call_ids: set[str] = field(default_factory=set)
    started: bool = False  # a message other than a system prompt has come
    ended: bool = False

    def add(self, message: Mapping[str, Any], where: str) -> None:
        role = message.get("role")
        if not isinstance(role, str):
            problem = f"'role' is {kind_of(role)}" if "role" in message else "the message has no 'role'"
            raise CorpusError(where, problem, "give system, user, assistant or tool")
        skipped = self.context.skipped
        if self.ended:
            skipped["message after the end mark"] += 1
        elif role in ("tool", "function"):
            self._add_result(message, where)
        elif role in ("system", "developer"):
            self._add_prompt(content_text(message.get("content"), where, skipped))
        elif role in ("user", "assistant"):
            self.started = True
            calls = message_calls(message, where)
            self.calls |= {call.id: call for call in calls if call.id}
            text = content_text(message.get("content"), where, skipped)
            refusal = message.get("refusal")
            if not text and isinstance(refusal, str):
                text = refusal
            self.ended = bool(_END.search(text))
            if self.ended:
                text = _END.sub("", text).strip()
            if role == "user":
                self._add_user(text, calls)
            else:
                self._add_assistant(text, calls)
        else:
            skipped[f"message of role {role[:MAX_FACT_CHARS]!r}"] += 1

    def _add_prompt(self, text: str) -> None:
        if self.started:
            self.context.skipped["system message inside a dialogue"] += 1
        else:
            self.prompts.append(text)

    def _add_user(self, text: str, calls: tuple[Call, ...]) -> None:
        self.builder.add_user_text(text)
        for call in calls:
            self.builder.facts[f"user_tool.{call.name}"] = True
            self.user_call_ids |= {call.id} if call.id else set()

    def _add_assistant(self, text: str, calls: tuple[Call, ...]) -> None:
        has_text = bool(text.strip())
        if not calls and not has_text and not self.ended:
            self.context.skipped["assistant message without text and calls"] += 1
            return
        actions = call_actions(calls, self.context) or (RESPOND if has_text else STOP,)
        self.builder.add_turn(actions, text if has_text else None)

    def _add_result(self, message: Mapping[str, Any], where: str) -> None:
        self.started = True
        call_id = next((message[key] for key in ("tool_call_id", "id") if message.get(key)), None)
        call = self.calls.get(call_id) if isinstance(call_id, str) else None
        name = message.get("name")
        if message.get("requestor") == "user" or (isinstance(call_id, str) and call_id in self.user_call_ids):
            self.context.skipped["result of a call of the user"] += 1
            return
        content = message.get("content")
        if isinstance(content, list):
            content = content_text(content, where, self.context.skipped)
        tool = name if isinstance(name, str) and name else call.name if call else None
        failed = message.get("error") is True
        add_tool_result(self.builder.facts, tool, content, failed, self.context.skipped)


def _prompt_metadata(prompt: str) -> dict[str, Fact]:
    """Return a short system prompt, or the hash and the length of a long one."""
    if not prompt.strip():
        return {}
    if len(prompt) <= MAX_FACT_CHARS:
        return {"system_prompt": prompt}
    digest = hashlib.sha256(prompt.encode()).hexdigest()[:16]
    return {"system_prompt_sha256": digest, "system_prompt_length": len(prompt)}
