"""Switchboard dialogue acts: conversations on the telephone, `speaker|text|act`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import CorpusError
from turncast.readers.folders import matching_files
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import first_bytes, read_lines

_LINE = re.compile(r"([AB])\|(.*)\|([^|\s]+)\s*")
_PATTERNS = ("*.txt", "*/*.txt")
_SYSTEM = "B"


def read_swda(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file of `speaker|text|act` lines, one dialogue, or the files of a folder and the folders in it.

    There is no system in these conversations: speaker B, who was called, stands for it. Each utterance of B
    is a turn, and its act is the action. What A said since the last turn is the user text, joined by line
    ends; the acts of A become the facts `user_act.ACT`. A quote is a character like any other. Blank lines
    are passed over, and other files of a folder are counted.
    """
    for file in swda_files(path):
        if path.is_dir() and not _shows_a_line(file):
            context.skipped.add("file that is empty or holds no dialogue")
            continue
        turns = _turns(file, context)
        if turns:
            yield Dialogue(f"swda:{file.stem}", turns)
        else:
            context.skipped.add(f"dialogue without an utterance of {_SYSTEM}")


def swda_files(path: Path) -> list[Path]:
    """Return the dialogue files of a folder in order of their names, or the file itself."""
    if path.is_file():
        return [path]
    return matching_files(path, *_PATTERNS)


def is_swda_folder(folder: Path) -> bool:
    """Tell whether the first files of a folder are conversations of the corpus."""
    return any(map(_shows_a_line, swda_files(folder)[:3]))


def _shows_a_line(file: Path) -> bool:
    lines = first_bytes(file).decode("utf-8-sig", errors="replace").splitlines()
    return any(map(_LINE.fullmatch, lines[:5]))


def is_swda(lines: list[str]) -> bool:
    """Tell whether the first lines are `speaker|text|act`.

    >>> is_swda(["A|Hello.|fp", "B|Hi,|fp"]), is_swda(["A|B|C", "1|2|3"])
    (True, False)
    """
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines[:5])


def _turns(file: Path, context: ReadContext) -> tuple[Turn, ...]:
    turns: list[Turn] = []
    texts: list[str] = []
    facts: dict[str, Fact] = {}
    for number, line in read_lines(file):
        if not line.strip():
            continue
        match = _LINE.fullmatch(line)
        if not match:
            problem = f"expected 'speaker|text|act' with speaker A or B, found {line[:40]!r}"
            raise CorpusError(f"{file} line {number}", problem, "mend it")
        speaker, text, act = match.groups()
        if speaker == _SYSTEM:
            turns.append(Turn("\n".join(texts) if texts else None, (act,), facts, text))
            texts, facts = [], {}
        else:
            texts.append(text)
            facts[f"user_act.{act}"] = True
    if texts:
        context.skipped.add("utterance of A after the last one of B", len(texts))
    return tuple(turns)
