"""JSON files of a corpus: which files of a folder are meant, and the dialogues that are listed in one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from turncast.errors import CorpusError
from turncast.readers.folders import files_in
from turncast.readers.lines import first_bytes, read_text
from turncast.readers.record import Record
from turncast.readers.skipped import Skipped
from turncast.readers.values import kind_of, parse_json

_PATTERNS = ("*.json", "*/*.json")
_SPLITS = {"train", "dev", "val", "valid", "validation", "test"}


def json_files(path: Path, recognises: Callable[[bytes], bool], skipped: Skipped) -> list[Path]:
    """Return the file itself, or a folder's files that are recognised, by name, and count its others.

    A folder without such files is searched one level deeper, as where the parts of a corpus have folders.
    """
    if not path.is_dir():
        return [path]
    for pattern in _PATTERNS:
        files = files_in(path, pattern)
        found = [file for file in files if recognises(first_bytes(file))]
        if found:
            if len(found) < len(files):
                skipped.add("JSON file of another kind", len(files) - len(found))
            return found
    return []


def json_files_in(folder: Path) -> Iterator[Path]:
    """Yield the JSON files of a folder, and then those one level deeper."""
    for pattern in _PATTERNS:
        yield from files_in(folder, pattern)


def listed(file: Path, key: str = "dialogue_id") -> Iterator[tuple[str, Record]]:
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
        yield str(name), Record(dialogue, place_of(file, str(name)))


def place_of(file: Path, name: str) -> str:
    """Return how errors name a dialogue of a file, on one line."""
    return f"{file} dialogue {name if name.isprintable() else repr(name)}"


def split_of(file: Path) -> str | None:
    """Return the part of a corpus that a file's folder is named for.

    >>> split_of(Path("sgd/train/dialogues_001.json"))
    'train'
    """
    return file.parent.name if file.parent.name in _SPLITS else None
