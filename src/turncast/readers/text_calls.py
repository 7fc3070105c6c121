"""Reasoning, tool calls and tool results that are written in the text of a chat message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from turncast.errors import CorpusError
from turncast.readers.calls import Call, parse_call_record
from turncast.readers.json_values import parse_json
from turncast.readers.message_content import NotUnderstood, ToolResult

_THINKING = re.compile(r"\A\s*(?:<think(?:ing)?>)?(?:(?!<think).)*?</think(?:ing)?>\s*", re.DOTALL)
_HERMES_CALL = re.compile(r"<tool_call>\s*(\{.*?\})\s*</tool_call>", re.DOTALL)
_HERMES_RESULT = re.compile(r"<tool_response>\s*(.*?)\s*</tool_response>", re.DOTALL)
_CALL_MARK = re.compile(
    r"</?tool_call|<tool_use|<tool_code|<function[=_s]|<invoke\b|<think|\[TOOL_CALLS?\]|<\|python_tag\|>"
    r"|<\|tool|<\|channel\|>|<｜tool|functools\[|^\s*Action:.*\n\s*Action Input:",
    re.MULTILINE,
)
_CALL_OBJECT_KEYS = {"tool_calls", "tool_call", "function_call", "tool_uses", "tool_name", "action_input"}


def split_text(text: str) -> tuple[str, list[Call], bool]:
    """Return the text of the assistant without reasoning and calls, the calls in it, and whether it reasoned.

    Read are `<think>...</think>` at the beginning, `<tool_call>{"name": ...}</tool_call>` (Hermes, Qwen) and
    a text that is one JSON object with a `name` and `arguments` or `parameters`.

    >>> split_text('<think>hm</think>Wait. <tool_call>{"name": "find", "arguments": {}}</tool_call>')
    ('Wait.', [Call(name='find', arguments={}, id=None)], True)

    Raises:
        NotUnderstood: for a call in another form.
    """
    if not ("<" in text or "{" in text or "[" in text or "Action:" in text):
        return text, [], False
    answer = _THINKING.sub("", text, count=1) if "</think" in text else text
    calls = []
    for match in _HERMES_CALL.finditer(answer):
        call = _json_call(match[1])
        if call is None:
            raise NotUnderstood("a call in a text of the assistant ('<tool_call>')", "content")
        calls.append(call)
    reasoned = answer != text
    if calls:
        answer = _HERMES_CALL.sub("", answer).strip()
    elif answer.lstrip().startswith("{"):
        call = _json_call(answer.strip())
        if call is not None:
            return "", [call], reasoned
    mark = _CALL_MARK.search(answer)
    if mark:
        raise NotUnderstood(f"a call in a text of the assistant ({mark[0].split()[0]!r})", "content")
    return answer, calls, reasoned


def _json_call(text: str) -> Call | None:
    """Return the call in a JSON text; None for an object that is none.

    Raises:
        NotUnderstood: for an object that is a call in another form.
    """
    try:
        record = parse_json(text, "")
    except CorpusError:
        return None
    if not isinstance(record, dict):
        return None
    if record.keys() & _CALL_OBJECT_KEYS:
        raise NotUnderstood("a call in a text of the assistant (JSON)", "content")
    if not record.keys() & {"arguments", "parameters"} or not isinstance(record.get("name"), str):
        return None
    return parse_call_record(record, "") if record["name"].strip() else None


def text_results(text: str) -> Iterator[ToolResult]:
    """Yield the results in a text: `<tool_response>...</tool_response>`."""
    return (ToolResult(match[1]) for match in _HERMES_RESULT.finditer(text))


def without_results(text: str) -> str:
    """Return a text without the results in it."""
    return _HERMES_RESULT.sub("", text) if "<tool_response>" in text else text
