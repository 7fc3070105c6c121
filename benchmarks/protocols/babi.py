"""bAbI dialog tasks 5 and 6: actions are response templates; unknown templates are always wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.protocols.case import ProtocolCase, PublishedFigures
from benchmarks.protocols.folders import CorpusFolders
from turncast import Corpus, read

SIZES = (10, 20, 30, 50, 100, 300, None)
CURVE = (10, 20, 50, 100, 300, None)
IN_TABLE = (20, 30, 50, None)
TASK5, TASK6 = "dialog-babi-task5-full-dialogs", "dialog-babi-task6-dstc2"
VALUES = "dialog-babi-kb-all.txt"
# part -> dialogues, turns
TASK6_COUNTS = {"trn": (1618, 14_404), "dev": (500, 4_159), "tst": (1117, 11_237)}

_TASK6 = PublishedFigures(
    "HCN 55.6% (dialogues 1.9%); Variational HCN 56.5%", "57.0%", "58.5%; together 59.5%; dialogues 3%"
)


@dataclass(frozen=True, slots=True)
class WordReading:
    """A way to read the words of the users.

    Attributes:
        name: for the row's name.
        with_file: whether the policy has the values of the knowledge base.
        settings: the settings that it changes.
    """

    name: str
    with_file: bool
    settings: Mapping[str, Any]


WORD_READINGS = (
    WordReading("values of the knowledge base", True, {}),
    WordReading(
        "values learned from the replies",
        False,
        {
            "value_dropout": 0.3,
            "word_dropout": 0.0,
            "words": "conv",
        },  # words in order, which carries over to unseen values
    ),
    WordReading("raw words", False, {"learn_values": False}),
)


def read_parts(folders: CorpusFolders, task: str) -> dict[str, Corpus]:
    """Return the existing parts of a task in memory: name -> corpus.

    All files are linked into one folder, because each part is read with the knowledge bases beside it.
    """
    files: dict[str, Path] = {}
    for path in folders.walk():
        if path.name.startswith("dialog-babi") and path.suffix == ".txt":
            files.setdefault(path.name, path.resolve())
    with tempfile.TemporaryDirectory() as name:
        for file, path in files.items():
            Path(name, file).symlink_to(path)
        return {
            part: read(Path(name, file)).load()
            for part in ("trn", "dev", "tst", "tst-OOV")
            if (file := f"{task}-{part}.txt") in files
        }


def test_parts(parts: Mapping[str, Corpus]) -> dict[str, Corpus]:
    """Return the test parts, or the dev part where there is none."""
    tests = {part: corpus for part, corpus in parts.items() if part.startswith("tst")}
    return tests or {part: parts[part] for part in ("dev",) if part in parts}


def babi5(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield task 5 with few and with all training dialogues, with and without the knowledge base's values."""
    parts = read_parts(folders, TASK5)
    tests = test_parts(parts)
    values = next(iter(folders.named(VALUES)), None)
    if "trn" not in parts or not tests:
        return
    for number, reading in enumerate(reading for reading in WORD_READINGS if values or not reading.with_file):
        for size in SIZES:
            on_curve = number == 0 and size in CURVE
            if (size in IN_TABLE or on_curve) and (size or 0) < len(list(parts["trn"])):
                yield ProtocolCase(
                    f"bAbI 5, {size or 'all'} dialogues, {reading.name}",
                    "babi5",
                    parts["trn"],
                    tests,
                    draw=size,
                    values=values if reading.with_file else None,
                    settings=reading.settings,
                    published=task5_published(size, reading),
                    curve="bAbI 5" if on_curve else None,
                    in_table=size in IN_TABLE,
                )


def task5_published(size: int | None, reading: WordReading) -> dict[str, PublishedFigures]:
    """Return the published figures of both test parts, by the number of training dialogues."""
    perfect = "100%" if size is None or size >= 30 else ""
    best, must = ("HCN 100%", "100%") if size is None else ("", "")
    oov = "99%" if reading.settings else perfect
    return {
        "tst": PublishedFigures(best, must, perfect),
        "tst-OOV": PublishedFigures(f"{best}; GLMP, exact text, 92.0%" if best else "", must, oov),
    }


def babi6(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield task 6.

    Its dev part comes from another policy than its test part, so early stopping uses training dialogues.
    """
    parts = read_parts(folders, TASK6)
    tests = test_parts(parts)
    if "trn" not in parts or not tests:
        return
    notes = tuple(count_note(part, corpus) for part, corpus in parts.items())
    yield ProtocolCase("bAbI 6", "babi6", parts["trn"], tests, published={"tst": _TASK6}, notes=notes)


def count_note(part: str, corpus: Corpus) -> str:
    """Return the numbers of dialogues, turns and templates of a part, and whether they are as published."""
    counts = len(list(corpus)), sum(map(len, corpus))
    templates = len({action for dialogue in corpus for turn in dialogue for action in turn.actions})
    text = f"{part}: {counts[0]:,} dialogues, {counts[1]:,} turns, {templates} templates"
    expected = TASK6_COUNTS[part]
    if counts == expected:
        return f"{text}, as published"
    return f"{text}; published are {expected[0]:,} dialogues and {expected[1]:,} turns"
