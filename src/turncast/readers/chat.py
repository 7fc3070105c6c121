"""OpenAI chat messages with tool calls: fine-tuning files, traces of agents, and single conversations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact
from turncast.errors import CorpusError, kind_of
from turncast.readers.beginnings import SESSION_KEYS
from turncast.readers.chat_messages import UNUSED_RESULT, read_messages
from turncast.readers.json_files import read_records
from turncast.readers.json_values import group_name, short_facts
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import file_stem

_MESSAGE_KEYS = ("messages", "traj")
_CHAT_KEYS = {f"{outer}{key}.[].role" for outer in ("", "[].") for key in _MESSAGE_KEYS}
_OTHER_FORMATS = ("turns.[].", "question.[].[].", "simulations.[].")  # beginnings of paths of keys


def read_chat(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read conversations: one record per line, a list of records, or a list of messages.

    A record has its messages under `messages` or `traj`. Each message of the assistant is a turn: see
    `turncast.readers.chat_messages.read_messages`. The number of `tools` and the short values of the record
    are metadata; its `reward` is also the `outcome`. The `task_id` is the group, so that a split keeps the
    runs of one task together; without it the id of the session or conversation.
    """
    for number, (where, record) in enumerate(_conversations(path), start=1):
        messages, metadata, group = _parse_record(record, where, context)
        builder, prompt = read_messages(messages, where, context)
        yield from builder.build(f"{file_stem(path)}:{number}", prompt | metadata, group, UNUSED_RESULT)


def is_chat(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of chat messages."""
    keys = key_paths(raw)
    if any(key.startswith(_OTHER_FORMATS) for key in keys):
        return False
    bare_list = keys >= {"[].role", "[].content"}
    return bare_list or bool(keys & _CHAT_KEYS) or "tools.[].function.name" in keys


def _conversations(path: Path) -> Iterator[tuple[str, Any]]:
    for where, value in read_records(path):
        if isinstance(value, list) and not any(isinstance(item, dict) and "role" in item for item in value):
            for number, record in enumerate(value, start=1):
                yield f"{where} record {number}", record
        else:
            yield where, value


def _parse_record(record: Any, where: str, context: ReadContext) -> tuple[Any, dict[str, Fact], str | None]:
    """Return the messages of a record, its metadata and its group."""
    if isinstance(record, list):
        return record, {}, None
    if not isinstance(record, dict):
        problem = f"the record is {kind_of(record)}"
        raise CorpusError(where, problem, "give a list of messages, or an object with a list of messages")
    messages_key = next((key for key in _MESSAGE_KEYS if key in record), None)
    if messages_key is None:
        raise CorpusError(where, "the record has no 'messages'", 'give a list, such as "messages": [...]')
    tools = record.get("tools", record.get("functions"))
    metadata: dict[str, Fact] = {"tools": len(tools)} if isinstance(tools, list) else {}
    exclude = frozenset({*_MESSAGE_KEYS, *(("tools", "functions") if metadata else ())})
    metadata |= short_facts(record, exclude, context.skipped)
    if "reward" in metadata:
        metadata["outcome"] = metadata["reward"]
    session_key, session = _session(record)
    if session is not None:
        metadata[session_key] = session
    return record[messages_key], metadata, group_name(record.get("task_id")) or session


def _session(record: Mapping[str, Any]) -> tuple[str, str | None]:
    """Return the key and the id of the session, in the record or in its `metadata`."""
    inner = record.get("metadata")
    for values in (record, inner if isinstance(inner, dict) else {}):
        for key in SESSION_KEYS:
            name = group_name(values.get(key))
            if name:
                return key, name
    return "", None
