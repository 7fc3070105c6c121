"""OpenAI chat messages with tool calls: fine-tuning files, traces of agents, single conversations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.chat_messages import read_messages
from turncast.readers.json_files import read_records
from turncast.readers.json_values import group_name, short_facts
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths

_HOLDERS = ("messages", "traj")
_SHAPES = {f"{outer}{holder}.[].role" for outer in ("", "[].") for holder in _HOLDERS}
_OTHERS = {"turns", "question", "simulations"}


def read_chat(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read conversations of chat messages: a record a line, a list of records, or a bare list of messages.

    A record holds its messages as `messages` or `traj`. Each message of the assistant is a turn: see
    `turncast.readers.chat_messages.read_messages`. The number of `tools` and the record's short values are
    metadata, and its `reward` also as `outcome`; the `task_id` is the group: runs of one task are never split
    apart.
    """
    for number, (where, record) in enumerate(_conversations(path), start=1):
        messages, metadata, group = _opened(record, where, context)
        turns, prompt = read_messages(messages, where, context)
        if turns:
            yield Dialogue(f"{path.stem}:{number}", turns, prompt | metadata, group)
        else:
            context.skipped.add("dialogue without a system decision")


def is_chat(raw: bytes) -> bool:
    """Tell whether the beginning of a file shows chat messages."""
    shape = key_paths(raw)
    if shape & _OTHERS:
        return False
    bare = shape >= {"[].role", "[].content"}
    return bare or bool(shape & _SHAPES) or "tools.[].function.name" in shape


def _conversations(path: Path) -> Iterator[tuple[str, Any]]:
    for where, value in read_records(path):
        if isinstance(value, list) and not any(isinstance(one, dict) and "role" in one for one in value):
            for number, record in enumerate(value, start=1):
                yield f"{where} record {number}", record
        else:
            yield where, value


def _opened(record: Any, where: str, context: ReadContext) -> tuple[Any, dict[str, Fact], str | None]:
    """Return the messages of a record, its metadata and its group."""
    if isinstance(record, list):
        return record, {}, None
    if not isinstance(record, dict):
        problem = f"the record is {kind_of(record)}"
        raise CorpusError(where, problem, "give a list of messages, or an object that holds them")
    holder = next((key for key in _HOLDERS if key in record), None)
    if holder is None:
        raise CorpusError(where, "the record has no 'messages'", 'give a list, as "messages": [...]')
    tools = record.get("tools", record.get("functions"))
    metadata: dict[str, Fact] = {"tools": len(tools)} if isinstance(tools, list) else {}
    but = frozenset({*_HOLDERS, *(("tools", "functions") if metadata else ())})
    metadata |= short_facts(record, but, context.skipped)
    if "reward" in metadata:
        metadata["outcome"] = metadata["reward"]
    return record[holder], metadata, group_name(record.get("task_id"))
