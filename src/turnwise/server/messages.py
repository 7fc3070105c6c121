"""An agent's messages as turns, the last of which is what it does next."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from turnwise.dialogue import Fact, Turn
from turnwise.errors import CorpusError

RESPOND = "respond"
"""The action of a message of plain text."""

_LONGEST, _MOST_KEYS = 80, 20
_CURE = "give messages as OpenAI's chat interface has them"


def turns_of_messages(messages: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """Return the turns so far, and as the last one what the system sees now.

    Each message of the assistant is a turn: the names of its tool calls are its actions; text alone is the
    action `respond`. The user's texts since are joined by line ends. A tool's answer becomes facts:
    `tool.NAME`, and `result.KEY` for each short value of a JSON object.

    >>> asked, called = {"role": "user", "content": "a flight?"}, {"function": {"name": "search"}}
    >>> turns = turns_of_messages([asked, {"role": "assistant", "tool_calls": [called]}])
    >>> [(turn.user, turn.actions) for turn in turns]
    [('a flight?', ('search',)), (None, ())]

    Raises:
        CorpusError: for messages of another form.
    """
    turns: list[Turn] = []
    texts: list[str] = []
    facts: dict[str, Fact] = {}
    names: dict[str, str] = {}  # of the tools, by the id of the call
    for number, message in enumerate(messages, start=1):
        where, role = f"message {number}", message.get("role")
        if role == "user":
            texts += [text] if (text := _text(message.get("content"), where)).strip() else []
        elif role == "assistant":
            calls = _calls(message, where)
            names |= {id: name for id, name in calls if id}
            said = _text(message.get("content"), where).strip()
            actions = tuple(name for _, name in calls) or ((RESPOND,) if said else ())
            if actions:
                turns.append(Turn("\n".join(texts) if texts else None, actions, facts))
                texts, facts = [], {}
        elif role in ("tool", "function"):
            name = message.get("name") or names.get(str(message.get("tool_call_id")))
            _add_result(facts, name, _text(message.get("content"), where))
        elif role not in ("system", "developer"):
            raise CorpusError(where, "'role' is none of system, user, assistant and tool", _CURE)
    turns.append(Turn("\n".join(texts) if texts else None, (), facts))
    return tuple(turns)


def _text(content: Any, where: str) -> str:
    if content is None or isinstance(content, str):
        return content or ""
    if not isinstance(content, list):
        raise CorpusError(where, "'content' is no text", _CURE)
    parts = (part.get("text") if isinstance(part, dict) else part for part in content)
    return "\n".join(part for part in parts if isinstance(part, str))


def _calls(message: Mapping[str, Any], where: str) -> list[tuple[str | None, str]]:
    listed, single = message.get("tool_calls") or [], message.get("function_call")
    if not isinstance(listed, list):
        raise CorpusError(where, "'tool_calls' is no list", _CURE)
    calls = []
    for call in [*listed, *([single] if single else [])]:
        inner = call.get("function", call) if isinstance(call, dict) else None
        name = inner.get("name") if isinstance(inner, dict) else None
        if not isinstance(name, str) or not name.strip():
            raise CorpusError(where, "a tool call has no name", _CURE)
        number = call.get("id")
        calls.append((number if isinstance(number, str) else None, name.strip()))
    return calls


def _add_result(facts: dict[str, Fact], tool: Any, content: str) -> None:
    if isinstance(tool, str) and len(tool) <= _LONGEST:
        facts[f"tool.{tool}"] = True
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = content.strip()
    if isinstance(value, str) and value.lower().startswith(("error", "exception", "traceback")):
        facts["tool_error"] = True
    if isinstance(value, dict):
        if value.get("error"):
            facts["tool_error"] = True
        for key, item in value.items():
            full = sum(name.startswith("result.") for name in facts) >= _MOST_KEYS
            if _is_short(item) and len(key) <= _LONGEST and not full:
                facts[f"result.{key}"] = item
    elif isinstance(value, list):
        facts["result_items"] = len(value)
    elif _is_short(value):
        facts["result"] = value


def _is_short(value: Any) -> bool:
    if isinstance(value, str):
        return 0 < len(value) <= _LONGEST
    return isinstance(value, bool | int | float)
