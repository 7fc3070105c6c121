"""The content of a chat message: texts, tool calls and tool results, as several interfaces write them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import Call, first_value, parse_call_record
from turncast.readers.json_values import MAX_FACT_CHARS

REASONING = "reasoning of the assistant"
"""Reason for counting what a model thought before it answered: it is neither an action nor a response."""

_CALL_TYPES = {"tool_use", "tool-call", "tool_call", "toolCall", "function_call", "functionCall"}
_CALL_KEYS = ("toolUse", "functionCall", "function_call", "toolCall", "tool_call", "tool_use")
_RESULT_TYPES = {"tool_result", "tool-result", "toolResult", "function_response", "functionResponse"}
_RESULT_KEYS = ("toolResult", "functionResponse", "function_response", "tool_result")
_REASONING_TYPES = {"reasoning", "thinking", "redacted_thinking", "reasoning_content", "thought"}
_TEXT_TYPES = {None, "text", "input_text", "output_text", "refusal", "audio", "output_audio"}
_IGNORED_PART_KEYS = {"cachePoint", "cache_control"}

# Fields of an assistant's message that hold no decision, whatever their value.
_KNOWN_FIELDS = {
    *(
        "role",
        "content",
        "name",
        "type",
        "text",
        "refusal",
        "audio",
        "annotations",
        "citations",
        "attachments",
    ),
    *("tool_calls", "function_call", "invalid_tool_calls", "additional_kwargs", "weight", "signature"),
    *("reasoning", "reasoning_content", "reasoning_details", "reasoning_text", "thinking", "thinking_blocks"),
    *("thought", "tool_plan", "usage", "usage_metadata", "response_metadata", "metadata", "raw_data"),
    *("provider_specific_fields", "providerOptions", "cache_control", "logprobs", "prompt_token_ids"),
    *("token_ids", "errors", "feedback", "tool_choice", "parallel_tool_calls", "num_tool_calls"),
}
_REASONING_FIELDS = ("reasoning", "reasoning_content", "reasoning_text", "thinking")
# A field with such a name may hold a call, so that a short value of it is not ignored either.
_CALL_FIELD = re.compile(r"tool|func|call|action|invo|command|recipient|channel", re.IGNORECASE)
_TO_EVERYBODY = [("recipient", "all"), ("recipient", "user"), ("channel", "final")]
_CALL_REASONS = {"tool_calls", "tool_use", "tool-calls", "function_call"}


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool returned; `call_id` or `name` says which."""

    content: Any
    call_id: str | None = None
    name: str | None = None
    failed: bool = False


class NotUnderstood(Exception):
    """Something in a message that may be a decision in a form that is unknown here.

    Attributes:
        what: what it is, for the counts.
        path: its place in the message: keys, and positions from 0.
    """

    def __init__(self, what: str, *path: str | int) -> None:
        super().__init__(what)
        self.what, self.path = what, path


@dataclass(slots=True)
class MessageContent:
    """The content of a message, in the order of its parts.

    Attributes:
        texts: its texts.
        calls: its calls of tools.
        results: its results of tools.
        unknown: what is not understood: (what, the position of the part from 0).
        reasoning: whether it has parts of reasoning.
    """

    texts: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    unknown: list[tuple[str, int]] = field(default_factory=list)
    reasoning: bool = False

    @property
    def text(self) -> str:
        """The texts, joined by line ends."""
        return "\n".join(self.texts)


def content_key(message: Mapping[str, Any]) -> str:
    """Return the key of the content of a message: `content`, or `parts` (Gemini) or `text` without it."""
    return next((key for key in ("content", "parts", "text") if message.get(key) is not None), "content")


def parse_content(content: Any, where: str) -> MessageContent:
    """Return the parts of a content: a text, a part, a list of parts, or null.

    A call may be a part of the type `tool_use` (Anthropic), `tool-call` (Vercel) or `tool_call` (LangChain),
    or be under `toolUse` (Bedrock) or `functionCall` (Gemini); likewise its result.

    >>> content = parse_content([{"type": "tool_use", "id": "1", "name": "book", "input": {"seat": 4}}], "")
    >>> content.calls
    [Call(name='book', arguments={'seat': 4}, id='1')]

    Raises:
        CorpusError: for any other type, and for a call without a name.
    """
    if content is None:
        return MessageContent()
    if isinstance(content, str):
        return MessageContent([content])
    if not isinstance(content, list | dict):
        problem = f"'content' is {kind_of(content)}"
        raise CorpusError(where, problem, "give a string, a list of parts, or null")
    parsed = MessageContent()
    for number, part in enumerate([content] if isinstance(content, dict) else content):
        if isinstance(part, str):
            parsed.texts.append(part)
        elif isinstance(part, dict):
            _add_part(parsed, part, number, f"{where} part {number + 1}")
        else:
            parsed.unknown.append((kind_of(part), number))
    return parsed


def content_text(content: Any, where: str, skipped: Counter[str]) -> str:
    """Return the text of the content of a message that takes no decision; other parts are counted."""
    parsed = parse_content(content, where)
    count_unknown(parsed, skipped)
    return parsed.text


def count_unknown(content: MessageContent, skipped: Counter[str]) -> None:
    """Count the parts of a message that are not understood."""
    for kind, _ in content.unknown:
        skipped[f"part of a message of type {kind}"] += 1


def _add_part(parsed: MessageContent, part: Mapping[str, Any], number: int, where: str) -> None:
    given = part.get("type")
    kind = given if given is None or isinstance(given, str) else kind_of(given)
    inner_call = _inner(part, kind, _CALL_TYPES, _CALL_KEYS)
    inner_result = _inner(part, kind, _RESULT_TYPES, _RESULT_KEYS)
    text = _part_text(part)
    if kind in _REASONING_TYPES or "reasoningContent" in part or part.get("thought") is True:
        parsed.reasoning = True
    elif inner_call is not None:
        parsed.calls.append(parse_call_record(inner_call, where))
    elif inner_result is not None:
        parsed.results.append(_result(inner_result, where, parsed))
    elif text is not None:
        parsed.texts.append(text)
        if kind not in _TEXT_TYPES:
            parsed.unknown.append((_type_name(kind), number))
    elif not part.keys() <= _IGNORED_PART_KEYS:
        parsed.unknown.append((_type_name(kind if kind is not None else next(iter(part))), number))


def _inner(part: Mapping[str, Any], kind: str | None, types: set[str], keys: tuple[str, ...]) -> Any:
    """Return the object with the call or the result of a part: under one of the keys, or the part itself."""
    nested = next((part[key] for key in keys if isinstance(part.get(key), dict)), None)
    return nested if nested is not None else part if kind in types else None


def _type_name(kind: Any) -> str:
    return repr(str(kind)[:MAX_FACT_CHARS])


def _part_text(part: Mapping[str, Any]) -> str | None:
    text = first_value(part, "text", "refusal", "transcript", "value")
    if isinstance(text, dict):
        text = text.get("value")
    return text if isinstance(text, str) else None


def _result(record: Mapping[str, Any], where: str, message: MessageContent) -> ToolResult:
    call_id = first_value(record, "tool_use_id", "toolCallId", "toolUseId", "tool_call_id", "call_id", "id")
    name = first_value(record, "toolName", "tool_name", "name")
    content = first_value(record, "content", "output", "result", "response")
    failed = True in (record.get("is_error"), record.get("isError")) or record.get("status") == "error"
    if isinstance(content, dict) and content.keys() == {"type", "value"}:  # {"type": "json", "value": ...}
        failed = failed or str(content["type"]).startswith("error")
        content = content["value"]
    elif isinstance(content, list) and content and all(map(_is_part, content)):
        only = content[0].get("json") if len(content) == 1 and isinstance(content[0], dict) else None
        parts = parse_content(content if only is None else "", where)
        message.unknown += parts.unknown
        content = parts.text if only is None else only
    return ToolResult(content, text_or_none(call_id), text_or_none(name), failed)


def _is_part(value: Any) -> bool:
    keys = {"type", "text", "json"}
    return isinstance(value, str) or (isinstance(value, dict) and bool(value.keys() & keys))


def text_or_none(value: Any) -> str | None:
    """Return a text that is not empty, or None for anything else."""
    return value if isinstance(value, str) and value else None


def require_understood(message: Mapping[str, Any], content: MessageContent, calls: bool) -> None:
    """Check that nothing in a message of the assistant may be a decision that is not read.

    Args:
        message: the message.
        content: its content.
        calls: whether it has calls that are read.

    Raises:
        NotUnderstood: for a part, or a field with a value, that is unknown.
    """
    of_content = content_key(message)
    for kind, number in content.unknown:
        raise NotUnderstood(f"a part of type {kind} of the assistant", of_content, number)
    if content.results:
        raise NotUnderstood("a tool result in a message of the assistant", of_content)
    extra = message.get("additional_kwargs")
    for key, value in (*message.items(), *(extra.items() if isinstance(extra, dict) else ())):
        if key in _KNOWN_FIELDS or key == of_content or value in (None, "", [], {}, False):
            continue
        if (key, value) in _TO_EVERYBODY:
            continue
        if isinstance(value, dict | list) or _CALL_FIELD.search(key):
            raise NotUnderstood(f"the field {key[:MAX_FACT_CHARS]!r} of a message of the assistant", key)
    for key in ("finish_reason", "stop_reason"):
        if not calls and str(message.get(key)) in _CALL_REASONS:
            raise NotUnderstood(f"a message of the assistant whose {key} is a call that it lacks", key)


def has_reasoning(message: Mapping[str, Any]) -> bool:
    """Return whether a message has reasoning beside its content."""
    return any(message.get(key) for key in _REASONING_FIELDS)
