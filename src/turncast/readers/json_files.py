"""JSON files of a corpus: which files of a folder are meant, and the dialogues that are listed in one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from turncast.errors import CorpusError, kind_of
from turncast.readers.folders import matching_files
from turncast.readers.json_record import JsonRecord
from turncast.readers.json_values import parse_json
from turncast.readers.read_context import Skipped
from turncast.readers.text_files import first_bytes, read_lines, read_text

_PATTERNS = ("*.json", "*/*.json")
_SPLITS = {"train", "dev", "val", "valid", "validation", "test"}


def json_files(path: Path, recognises: Callable[[bytes], bool], skipped: Skipped) -> list[Path]:
    """Return the file itself, or a folder's files that are recognised, by name, and count its others.

    A folder without such files is searched one level deeper, as where the parts of a corpus have folders.
    """
    if not path.is_dir():
        return [path]
    for pattern in _PATTERNS:
        files = matching_files(path, pattern)
        found = [file for file in files if recognises(first_bytes(file))]
        if found:
            if len(found) < len(files):
                skipped.add("JSON file of another kind", len(files) - len(found))
            return found
    return []


def json_files_in(folder: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder, and then those one level deeper."""
    for pattern in _PATTERNS:
        yield from matching_files(folder, pattern)


def listed(file: Path, key: str = "dialogue_id") -> Iterator[tuple[str, JsonRecord]]:
    """Yield (id, dialogue) for each dialogue of a file that is a list; without an id its number is taken.

    Raises:
        CorpusError: for what is no list of objects.
    """
    dialogues = parse_json(read_text(file), str(file))
    if not isinstance(dialogues, list):
        raise CorpusError(str(file), f"it is {kind_of(dialogues)}", "give a list of dialogues")
    for number, dialogue in enumerate(dialogues, start=1):
        if not isinstance(dialogue, dict):
            problem = f"it is {kind_of(dialogue)}"
            raise CorpusError(f"{file} dialogue number {number}", problem, "give an object")
        name = dialogue.get(key)
        if name is None:
            name = f"{file.stem}:{number}"
        elif not isinstance(name, str | int) or isinstance(name, bool):
            where, problem = f"{file} dialogue number {number}", f"{key!r} is {kind_of(name)}"
            raise CorpusError(where, problem, "give a string")
        yield str(name), JsonRecord(dialogue, dialogue_place(file, str(name)))


def dialogue_place(file: Path, name: str) -> str:
    """Return how errors name a dialogue of a file, on one line."""
    return f"{file} dialogue {name if name.isprintable() else repr(name)}"


def split_name(file: Path) -> str | None:
    """Return the part of a corpus that a file's folder is named for.

    >>> split_name(Path("sgd/train/dialogues_001.json"))
    'train'
    """
    return file.parent.name if file.parent.name in _SPLITS else None


def read_records(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (where, value) for each record: each line of JSON Lines, or the one value of a whole JSON file.

    A file whose first line is a value of its own is JSON Lines; blank lines are passed over.

    Raises:
        CorpusError: for what is not JSON.
    """
    begins = list(islice((line for _, line in read_lines(path) if line.strip()), 2))
    if not begins:
        return
    if not _are_values(*begins):
        yield str(path), parse_json(read_text(path), str(path))
        return
    for number, line in read_lines(path):
        if line.strip():
            where = f"{path} line {number}"
            yield where, parse_json(line, where)


def _are_values(first: str, *second: str) -> bool:
    """Tell whether the first line is JSON, or, where it is damaged, at least the second."""
    return _is_json(first) or (len(first.strip()) > 1 and any(map(_is_json, second)))


def _is_json(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list)
