"""Tool calls in JSON, and the actions that they become."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from turncast.errors import CorpusError, kind_of
from turncast.readers.json_values import parse_json
from turncast.readers.read_context import ReadContext

RESPOND = "respond"
"""The action of a turn that is text without a call."""

_CURE = 'give each call a name, such as {"function": {"name": "book", "arguments": "{}"}}'


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool; the arguments are an object, or an object as JSON text."""

    name: str
    arguments: Any = None
    id: str | None = None


def message_calls(message: Mapping[str, Any], where: str) -> tuple[Call, ...]:
    """Return the calls of a message: `tool_calls`, flat or nested in `function`, or `function_call`.

    >>> message_calls({"tool_calls": [{"name": "book", "arguments": {"seat": 4}}]}, "")
    (Call(name='book', arguments={'seat': 4}, id=None),)

    Raises:
        CorpusError: for a call of another form.
    """
    calls, single = message.get("tool_calls"), message.get("function_call")
    if calls is not None and not isinstance(calls, list):
        raise CorpusError(where, f"'tool_calls' is {kind_of(calls)}", "give a list, or null")
    return tuple(_call(call, where) for call in [*(calls or []), *([] if single is None else [single])])


def _call(record: Any, where: str) -> Call:
    if not isinstance(record, dict):
        raise CorpusError(where, f"a tool call is {kind_of(record)}", _CURE)
    inner = next((record[key] for key in ("function", "custom") if isinstance(record.get(key), dict)), record)
    name, call_id = inner.get("name"), record.get("id")
    if not isinstance(name, str) or not name.strip():
        problem = "is an empty string" if isinstance(name, str) else f"is {kind_of(name)}"
        raise CorpusError(where, f"the name of a tool call {problem}", _CURE)
    arguments = inner.get("arguments", inner.get("input"))
    return Call(name.strip(), arguments, call_id if isinstance(call_id, str) else None)


def call_actions(calls: Iterable[Call], context: ReadContext) -> tuple[str, ...]:
    """Return the actions of the calls of one turn, each action once."""
    actions = [call_action(call.name, _argument_names(call, context), context) for call in calls]
    distinct = tuple(dict.fromkeys(actions))
    if len(distinct) < len(actions):
        context.skipped["repeated action in one message"] += len(actions) - len(distinct)
    return distinct


def call_action(name: str, arguments: Iterable[str], context: ReadContext) -> str:
    """Return the action of a call: its name, with the names of its arguments if the settings ask for them.

    >>> from turncast.readers.read_context import ReadConfig
    >>> call_action("book", ["seat", "date"], ReadContext(ReadConfig(arguments=True)))
    'book:date+seat'
    """
    names = "+".join(sorted(arguments)) if context.config.arguments else ""
    return f"{name}:{names}" if names else name


def _argument_names(call: Call, context: ReadContext) -> Iterator[str]:
    if not context.config.arguments:
        return
    value = call.arguments
    if isinstance(value, str) and value.strip():
        with suppress(CorpusError):
            value = parse_json(value, "")
    if isinstance(value, dict):
        yield from value
    elif value:
        context.skipped["arguments of a call that are not a JSON object"] += 1
