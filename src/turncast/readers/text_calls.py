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
    r"</?(?:\w{1,20}:|start_)?(?:tool_(?:call|use|code)|function[=_sc>]|invoke\b)|<tool>|<execute(?:_\w+)?>"
    r"|<think|\[TOOL_CALLS?\]|<\|python_tag\|>|<\|tool|<\|channel\|>|<｜tool|functools\[|```tool_c"
    r"|^[ \t]*Action:.*\n\s*Action Input:|^[ \t]*Action(?: \d+)?:[ \t]*\w+[\[(]"
    r"|^[ \t]*\[[\w.]+\((?:\)|\w+\s*=)"  # [find_bus(to="Lund")]
    r"""|\{\s*["'](?:(?:tool_calls?|function_calls?|tool_uses?|tool_name)["']\s*:|function["']\s*:\s*\{)"""
    r"""|\{\s*(?:["']type["']\s*:\s*["']\w+["']\s*,\s*)?["'](?:name|function|tool)["']\s*:\s*"""
    r"""["'][\w.-]+["']\s*,\s*["'](?:arguments|parameters|args|input)["']\s*:"""
    r"""|\{\s*["'](?:arguments|parameters|args)["']\s*:[^{}]*(?:\{[^{}]*\}\s*)?,\s*["']name["']\s*:""",
    re.MULTILINE,
)
_CALL_OBJECT_KEYS = {"tool_calls", "tool_call", "function_call", "tool_uses", "tool_name", "action_input"}


def split_text(text: str) -> tuple[str, list[Call], bool]:
    """Return the text of the assistant without reasoning and calls, the calls in it, and whether it reasoned.

    Read are `<think>...</think>` at the beginning, `<tool_call>{"name": ...}</tool_call>` (Hermes, Qwen) and
    a text that is one JSON object with a `name` and `arguments` or `parameters`, or a list of such objects.

    >>> split_text('<think>hm</think>Wait. <tool_call>{"name": "find", "arguments": {}}</tool_call>')
    ('Wait.', [Call(name='find', arguments={}, id=None)], True)

    Raises:
        NotUnderstood: for a call in another form.
    """
    if not ("<" in text or "{" in text or "[" in text or "Action" in text or "```" in text):
        return text, [], False
    answer = _THINKING.sub("", text, count=1) if "</think" in text else text
    calls = list[Call]()
    for match in _HERMES_CALL.finditer(answer):
        parsed = _json_calls(match[1])
        if not parsed:
            raise NotUnderstood("a call in a text of the assistant ('<tool_call>')", "content")
        calls += parsed
    reasoned = answer != text
    if calls:
        answer = _HERMES_CALL.sub("", answer).strip()
    elif answer.lstrip().startswith(("{", "[")):
        calls = _json_calls(answer.strip())
        if calls:
            return "", calls, reasoned
    mark = _CALL_MARK.search(answer)
    if mark:
        raise NotUnderstood(f"a call in a text of the assistant ({mark[0].split()[0]!r})", "content")
    return answer, calls, reasoned


def _json_calls(text: str) -> list[Call]:
    """Return the calls in a JSON text, an object or a list of objects; an empty list where there is none.

    Raises:
        NotUnderstood: for an object that is a call in another form, and for calls beside something else.
    """
    try:
        value = parse_json(text, "")
    except CorpusError:
        return []
    records = value if isinstance(value, list) else [value]
    calls = [call for call in map(_record_call, records) if call is not None]
    if calls and len(calls) < len(records):
        raise NotUnderstood("a call in a text of the assistant (JSON)", "content")
    return calls


def _record_call(record: object) -> Call | None:
    """Return the call that an object is; None for anything else.

    Raises:
        NotUnderstood: for an object that is a call in another form.
    """
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
