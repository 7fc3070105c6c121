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

STOP = "stop"
"""The action of a system that ends the conversation with the end mark alone."""

_CURE = 'give each call a name, such as {"function": {"name": "book", "arguments": "{}"}}'


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a tool; the arguments are an object, or an object as JSON text."""

    name: str
    arguments: Any = None
    id: str | None = None


def message_calls(message: Mapping[str, Any], where: str) -> tuple[Call, ...]:
    """Return the calls of a message: `tool_calls`, flat or nested in `function`, or `function_call`.

    Calls in LangChain's `additional_kwargs` are used if there are no others; its `invalid_tool_calls`, whose
    arguments could not be parsed, are calls too.

    >>> message_calls({"tool_calls": [{"name": "book", "arguments": {"seat": 4}}]}, "")
    (Call(name='book', arguments={'seat': 4}, id=None),)

    Raises:
        CorpusError: for a call of another form.
    """
    calls = [call for key in ("tool_calls", "invalid_tool_calls") for call in _call_list(message, key, where)]
    single = message.get("function_call")
    calls += [] if single is None else [single]
    extra = message.get("additional_kwargs")
    if not calls and isinstance(extra, dict):
        return message_calls({key: extra.get(key) for key in ("tool_calls", "function_call")}, where)
    return tuple(parse_call_record(call, where) for call in calls)


def _call_list(message: Mapping[str, Any], key: str, where: str) -> list[Any]:
    calls = message.get(key)
    if calls is not None and not isinstance(calls, list):
        raise CorpusError(where, f"{key!r} is {kind_of(calls)}", "give a list, or null")
    return calls or []


def parse_call_record(record: Any, where: str) -> Call:
    """Return a call: an object with a name, its arguments and its id, under the keys of several interfaces.

    Raises:
        CorpusError: for any other type, and for a call without a name.
    """
    if not isinstance(record, dict):
        raise CorpusError(where, f"a tool call is {kind_of(record)}", _CURE)
    inner = next((record[key] for key in ("function", "custom") if isinstance(record.get(key), dict)), record)
    name = first_value(inner, "name", "toolName", "tool_name")
    call_id = first_value(record, "id", "toolCallId", "toolUseId", "call_id", "tool_call_id")
    if not isinstance(name, str) or not name.strip():
        problem = "is an empty string" if isinstance(name, str) else f"is {kind_of(name)}"
        raise CorpusError(where, f"the name of a tool call {problem}", _CURE)
    arguments = first_value(inner, "arguments", "args", "input", "parameters")
    return Call(name.strip(), arguments, call_id if isinstance(call_id, str) else None)


def first_value(record: Mapping[str, Any], *keys: str) -> Any:
    """Return the value of the first of these keys that is present and not null, or None."""
    return next((record[key] for key in keys if record.get(key) is not None), None)


def call_actions(calls: Iterable[Call], context: ReadContext) -> tuple[str, ...]:
    """Return the actions of the calls of one turn, each action once."""
    actions = [call_action(call.name, _argument_names(call, context), context) for call in calls]
    distinct = tuple(dict.fromkeys(actions))
    if len(distinct) < len(actions):
        context.skipped["repeated action in one message"] += len(actions) - len(distinct)
    return distinct


def call_action(name: str, arguments: Iterable[str], context: ReadContext) -> str:
    """Return the action of a call: its name, with the names of its arguments if the settings ask for them.

    A tool that is called `respond` or `stop` gets parentheses, to tell it from the actions of these names.

    >>> from turncast.readers.read_context import ReadConfig
    >>> call_action("respond", [], ReadContext())
    'respond()'
    >>> call_action("book", ["seat", "date"], ReadContext(ReadConfig(arguments=True)))
    'book:date+seat'
    """
    if name in (RESPOND, STOP):
        name = f"{name}()"
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
