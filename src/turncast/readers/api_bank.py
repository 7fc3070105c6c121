"""API-Bank: dialogues between a user and an assistant that calls services, one per file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import RESPOND, Call, call_actions
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.folders import matching_files
from turncast.readers.json_files import read_records
from turncast.readers.json_values import MAX_FACT_CHARS
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import file_stem, first_bytes
from turncast.readers.tool_results import add_tool_result

_PATTERNS = ("*.jsonl", "*/*.jsonl", "*/*/*.jsonl")


def read_api_bank(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file of records, which is one dialogue, or the files of a folder and of the folders inside it.

    A record with the role `AI` is a turn with the action `respond`; one with the role `API` is a turn whose
    action is the `api_name`. A record holds a call and its result, but the system saw the result only after
    the call: it becomes facts of the next turn (`add_tool_result`). The file's name up to `-level-` is
    metadata, not an input, because it names the calls. Other files of a folder are skipped and counted.
    """
    for file in matching_files(path, *_PATTERNS):
        if path.is_dir() and not is_api_bank(first_bytes(file)):
            context.skipped["file that is empty or has no dialogue"] += 1
            continue
        builder = DialogueBuilder(context.skipped, context.pending)
        for where, record in read_records(file):
            _add_record(record, where, builder, context)
        metadata = {"task": file_stem(file).partition("-level-")[0]}
        unused_result = "tool result after the last system turn"
        yield from builder.build(f"api_bank:{file_stem(file)}", metadata, count_facts_as=unused_result)


def is_api_bank_folder(folder: Path) -> bool:
    """Return whether the first files of a folder are dialogues of API-Bank."""
    return any(is_api_bank(first_bytes(file)) for file in matching_files(folder, *_PATTERNS)[:3])


def is_api_bank(raw: bytes) -> bool:
    """Return whether the beginning of a file has the keys of API-Bank."""
    keys = key_paths(raw)
    return "role" in keys and bool(keys & {"text", "api_name"}) and not keys & {"content", "messages"}


def _add_record(record: Any, where: str, builder: DialogueBuilder, context: ReadContext) -> None:
    role = record.get("role") if isinstance(record, dict) else None
    if not isinstance(role, str):
        raise CorpusError(where, f"'role' is {kind_of(role)}", "give an object with the role User, AI or API")
    if role == "User":
        builder.add_user_text(_text(record, where))
    elif role == "AI" and not record.get("api_name"):
        builder.add_turn([RESPOND], _text(record, where))
    elif role == "API":
        _add_call(record, where, builder, context)
    else:
        what = "a record of the AI that has an api_name" if role == "AI" else None
        builder.cut(what or f"a record of role {role[:MAX_FACT_CHARS]!r}")


def _text(record: dict[str, Any], where: str) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise CorpusError(where, f"'text' is {kind_of(text)}", "give a string")
    return text


def _add_call(record: dict[str, Any], where: str, builder: DialogueBuilder, context: ReadContext) -> None:
    """Add the turn of a call, and then its result to the facts of the next turn."""
    name = record.get("api_name")
    if not isinstance(name, str) or not name.strip():
        raise CorpusError(where, f"'api_name' is {kind_of(name)}", "give the name of the call")
    builder.add_turn(call_actions([Call(name.strip(), record.get("param_dict"))], context))
    result = record.get("result")
    failed = isinstance(result, dict) and bool(result.get("exception"))
    output = result.get("output") if isinstance(result, dict) else result
    add_tool_result(builder.facts, name.strip(), output, failed, context.skipped)
