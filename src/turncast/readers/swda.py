"""Switchboard dialogue acts: telephone conversations, `speaker|text|act`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from turncast.dialogue import Dialogue
from turncast.errors import CorpusError
from turncast.readers.dialogue_builder import DialogueBuilder
from turncast.readers.folders import matching_files
from turncast.readers.read_context import ReadContext
from turncast.readers.text_files import file_stem, first_bytes, read_lines

_LINE = re.compile(r"([AB])\|(.*)\|([^|\s]+)\s*")
_PATTERNS = ("*.txt", "*/*.txt")
_SYSTEM = "B"


def read_swda(path: Path, context: ReadContext) -> Iterator[Dialogue]:
    """Read a file of `speaker|text|act` lines, which is one dialogue, or the files of a folder and below it.

    These conversations have no system: speaker B, who was called, takes its place. Each utterance of B is a
    turn, and its act is the action. The user text is what A said since the last turn, joined by line ends;
    the acts of A become the facts `user_act.ACT`. Quotes have no special meaning. Blank lines are ignored;
    other files of a folder are skipped and counted.
    """
    for file in matching_files(path, *_PATTERNS):
        if path.is_dir() and not _has_a_line(file):
            context.skipped["file that is empty or has no dialogue"] += 1
            continue
        builder = DialogueBuilder(context.skipped, context.pending)
        for number, line in read_lines(file):
            if line.strip():
                _add_utterance(line, f"{file} line {number}", builder)
        yield from builder.build(f"swda:{file_stem(file)}")


def is_swda_folder(folder: Path) -> bool:
    """Return whether the first files of a folder are conversations of the corpus."""
    return any(map(_has_a_line, matching_files(folder, *_PATTERNS)[:3]))


def _has_a_line(file: Path) -> bool:
    lines = first_bytes(file).decode("utf-8-sig", errors="replace").splitlines()
    return any(map(_LINE.fullmatch, lines[:5]))


def is_swda(lines: list[str]) -> bool:
    """Return whether the first lines are `speaker|text|act`.

    >>> is_swda(["A|Hello.|fp", "B|Hi,|fp"]), is_swda(["A|B|C", "1|2|3"])
    (True, False)
    """
    return bool(lines) and all(_LINE.fullmatch(line) for line in lines[:5])


def _add_utterance(line: str, where: str, builder: DialogueBuilder) -> None:
    match = _LINE.fullmatch(line)
    if not match:
        problem = f"expected 'speaker|text|act' with speaker A or B, got {line[:40]!r}"
        raise CorpusError(where, problem, "correct it")
    speaker, text, act = match.groups()
    if speaker == _SYSTEM:
        builder.add_turn([act], text)
    else:
        builder.add_user_text(text)
        builder.facts[f"user_act.{act}"] = True
