"""API-Bank: dialogues between a user and an assistant that calls services, a file each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError, kind_of
from turncast.readers.calls import Call, call_actions
from turncast.readers.chat_messages import RESPOND
from turncast.readers.folders import matching_files
from turncast.readers.json_files import read_records
from turncast.readers.json_values import MAX_FACT_CHARS
from turncast.readers.read_context import ReadContext
from turncast.readers.sniff import key_paths
from turncast.readers.text_files import first_bytes
from turncast.readers.tool_results import add_tool_result

_PATTERNS = ("*.jsonl", "*/*.jsonl", "*/*/*.jsonl")


def read_api_bank(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file of records, one dialogue, or the files of a folder and of the folders in it.

    A record with the role `AI` is a turn with the action `respond`; one with the role `API` is a turn whose
    action is the `api_name`. A record holds a call and its result, but the system saw the result only after
    the call: it becomes facts of the next turn (`add_tool_result`). The file's name up to `-level-` is
    metadata, not an input, because it names the calls. Other files of a folder are skipped and counted.
    """
    for file in api_bank_files(path):
        if path.is_dir() and not is_api_bank(first_bytes(file)):
            context.skipped.add("file that is empty or holds no dialogue")
            continue
        turns = _turns(file, context)
        if turns:
            task = file.stem.partition("-level-")[0]
            yield Dialogue(f"api_bank:{file.stem}", turns, {"task": task})
        else:
            context.skipped.add("dialogue without a system decision")


def api_bank_files(path: Path) -> list[Path]:
    """Return the dialogue files of a folder in order of their names, or the file itself."""
    if path.is_file():
        return [path]
    return matching_files(path, *_PATTERNS)


def is_api_bank_folder(folder: Path) -> bool:
    """Tell whether the first files of a folder are dialogues of API-Bank."""
    return any(is_api_bank(first_bytes(file)) for file in api_bank_files(folder)[:3])


def is_api_bank(raw: bytes) -> bool:
    """Tell whether the beginning of a file shows the records of API-Bank."""
    shape = key_paths(raw)
    return "role" in shape and bool(shape & {"text", "api_name"}) and not shape & {"content", "messages"}


def _turns(file: Path, context: ReadContext) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    texts: list[str] = []
    facts: dict[str, Fact] = {}
    for where, record in read_records(file):
        role = record.get("role") if isinstance(record, dict) else None
        if not isinstance(role, str):
            raise CorpusError(where, f"'role' is {kind_of(role)}", "give an object of role User, AI or API")
        if role == "User":
            texts.append(_text(record, where))
        elif role in ("AI", "API"):
            answered: dict[str, Fact] = {}
            said = _text(record, where) if role == "AI" else None
            actions = _called(record, where, answered, context) if role == "API" else (RESPOND,)
            turns.append(Turn("\n".join(texts) if texts else None, actions, facts, said))
            texts, facts = [], answered
        else:
            context.skipped.add(f"record of role {role[:MAX_FACT_CHARS]!r}")
    if texts:
        context.skipped.add("user text after the last system decision", len(texts))
    if facts:
        context.skipped.add("result after the last system decision")
    return tuple(turns)


def _text(record: dict[str, Any], where: str) -> str:
    text = record.get("text")
    if not isinstance(text, str):
        raise CorpusError(where, f"'text' is {kind_of(text)}", "give a string")
    return text


def _called(
    record: dict[str, Any], where: str, answered: dict[str, Fact], context: ReadContext
) -> tuple[str, ...]:
    """Return the action of a call; what it answered is added to the facts of the turn after it."""
    name = record.get("api_name")
    if not isinstance(name, str) or not name.strip():
        raise CorpusError(where, f"'api_name' is {kind_of(name)}", "give the name of the call")
    result = record.get("result")
    failed = isinstance(result, dict) and bool(result.get("exception"))
    output = result.get("output") if isinstance(result, dict) else result
    add_tool_result(answered, name.strip(), output, failed, context.skipped)
    return call_actions([Call(name.strip(), record.get("param_dict"))], context)
