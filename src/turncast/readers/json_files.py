"""JSON files of a corpus: which files of a folder belong to it, and the dialogues or records in a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from turncast.errors import CorpusError, kind_of
from turncast.readers.folders import matching_files
from turncast.readers.json_record import JsonRecord
from turncast.readers.json_values import parse_json
from turncast.readers.text_files import file_stem, first_bytes, read_lines, read_text

_PATTERNS = ("*.json", "*/*.json")
_SPLITS = {"train", "dev", "val", "valid", "validation", "test"}


def corpus_files(path: Path, recognises: Callable[[bytes], bool], skipped: Counter[str]) -> list[Path]:
    """Return the JSON files of a corpus, sorted by name.

    A file is returned as it is. Of a folder, the JSON files whose first bytes are recognised are returned,
    and the others counted. If there is none, the folders inside it are searched: one for each part of the
    corpus.
    """
    if not path.is_dir():
        return [path]
    for pattern in _PATTERNS:
        files = matching_files(path, pattern)
        recognised = [file for file in files if recognises(first_bytes(file))]
        if recognised:
            if len(recognised) < len(files):
                skipped["JSON file of another kind"] += len(files) - len(recognised)
            return recognised
    return []


def json_files(folder: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder, and then those of the folders inside it."""
    for pattern in _PATTERNS:
        yield from matching_files(folder, pattern)


def read_dialogue_list(file: Path) -> Iterator[tuple[str, JsonRecord]]:
    """Yield (id, dialogue) for each dialogue in a list; the default id is the file name and the number.

    Raises:
        CorpusError: if the file is not a list of objects.
    """
    dialogues = parse_json(read_text(file), str(file))
    if not isinstance(dialogues, list):
        raise CorpusError(str(file), f"this is {kind_of(dialogues)}", "give a list of dialogues")
    for number, dialogue in enumerate(dialogues, start=1):
        where = f"{file} dialogue number {number}"
        if not isinstance(dialogue, dict):
            raise CorpusError(where, f"this is {kind_of(dialogue)}", "give an object")
        name = JsonRecord(dialogue, where).name("dialogue_id")
        name = f"{file_stem(file)}:{number}" if name is None else name
        yield name, JsonRecord(dialogue, dialogue_place(file, name))


def dialogue_place(file: Path, name: str) -> str:
    """Return how error messages name a dialogue of a file, on one line."""
    return f"{file} dialogue {name if name.isprintable() else repr(name)}"


def split_name(file: Path) -> str | None:
    """Return the name of the file's folder if it is the name of a split.

    >>> split_name(Path("sgd/train/dialogues_001.json"))
    'train'
    """
    return file.parent.name if file.parent.name in _SPLITS else None


def read_records(path: Path) -> Iterator[tuple[str, Any]]:
    """Yield (where, value) for each line of JSON Lines, or for the one value of any other JSON file.

    A file is JSON Lines if its first line is a JSON value. Blank lines are ignored.

    Raises:
        CorpusError: for text that is not JSON.
    """
    first_lines = list(islice((line for _, line in read_lines(path) if line.strip()), 2))
    if not first_lines:
        return
    if not _are_json_lines(*first_lines):
        yield str(path), parse_json(read_text(path), str(path))
        return
    for number, line in read_lines(path):
        if line.strip():
            where = f"{path} line {number}"
            yield where, parse_json(line, where)


def _are_json_lines(first: str, *second: str) -> bool:
    """Return whether the first line is JSON or, as it may be damaged, the second line is."""
    return _is_json(first) or (len(first.strip()) > 1 and any(map(_is_json, second)))


def _is_json(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(value, dict | list)
