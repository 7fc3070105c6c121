"""bAbI dialog tasks 5 and 6: by template; a template that training does not have is always wrong."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protocols.case import Case, Published
from protocols.folders import Folders
from turncast import Corpus, read

SIZES = (10, 20, 30, 50, 100, 300, None)
CURVE = (10, 20, 50, 100, 300, None)
IN_TABLE = (20, 30, 50, None)
TASK5, TASK6 = "dialog-babi-task5-full-dialogs", "dialog-babi-task6-dstc2"
VALUES = "dialog-babi-kb-all.txt"
# part -> dialogues, turns
TASK6_COUNTS = {"trn": (1618, 14_404), "dev": (500, 4_159), "tst": (1117, 11_237)}

_TASK6 = Published(
    "HCN 55.6% (dialogues 1.9%); Variational HCN 56.5%", "57.0%", "58.5%; together 59.5%; dialogues 3%"
)


@dataclass(frozen=True, slots=True)
class Way:
    """How the words of the users are read.

    Attributes:
        name: what the row says of it.
        with_file: whether the values of the knowledge base are given.
        settings: what it sets.
    """

    name: str
    with_file: bool
    settings: Mapping[str, Any]


WAYS = (
    Way("values of the knowledge base", True, {}),
    Way(
        "values learned from the replies",
        False,
        {"value_dropout": 0.3, "word_dropout": 0.0, "words": "conv"},  # in order: for values never seen
    ),
    Way("raw words", False, {"learn_values": False}),
)


def read_parts(folders: Folders, task: str) -> dict[str, Corpus]:
    """Return the parts of a task that there are: name -> corpus, in memory.

    All files are read as if they lay in one folder: the knowledge bases stand beside every part.
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


def judged_on(parts: Mapping[str, Corpus]) -> dict[str, Corpus]:
    """Return the test parts; the dev part where there is none."""
    tests = {part: corpus for part, corpus in parts.items() if part.startswith("tst")}
    return tests or {part: parts[part] for part in ("dev",) if part in parts}


def babi5(folders: Folders) -> Iterator[Case]:
    """Yield task 5 from few and from all training dialogues, with and without the knowledge base's values."""
    parts = read_parts(folders, TASK5)
    tests = judged_on(parts)
    values = next(iter(folders.named(VALUES)), None)
    if "trn" not in parts or not tests:
        return
    for number, way in enumerate(way for way in WAYS if values or not way.with_file):
        for size in SIZES:
            on_curve = number == 0 and size in CURVE
            if (size in IN_TABLE or on_curve) and (size or 0) < len(list(parts["trn"])):
                yield Case(
                    f"bAbI 5, {size or 'all'} dialogues, {way.name}",
                    "babi5",
                    parts["trn"],
                    tests,
                    draw=size,
                    values=values if way.with_file else None,
                    settings=way.settings,
                    published=task5_published(size, way),
                    curve="bAbI 5" if on_curve else None,
                    in_table=size in IN_TABLE,
                )


def task5_published(size: int | None, way: Way) -> dict[str, Published]:
    """Return what there is to beat on both test parts, by the number of dialogues learned from."""
    perfect = "100%" if size is None or size >= 30 else ""
    best, must = ("HCN 100%", "100%") if size is None else ("", "")
    oov = "99%" if way.settings else perfect
    return {
        "tst": Published(best, must, perfect),
        "tst-OOV": Published(f"{best}; GLMP, exact text, 92.0%" if best else "", must, oov),
    }


def babi6(folders: Folders) -> Iterator[Case]:
    """Yield task 6.

    Its dev part shows another policy than its test part: what stops a training is cut off the training part.
    """
    parts = read_parts(folders, TASK6)
    tests = judged_on(parts)
    if "trn" not in parts or not tests:
        return
    notes = tuple(count_note(part, corpus) for part, corpus in parts.items())
    yield Case("bAbI 6", "babi6", parts["trn"], tests, published={"tst": _TASK6}, notes=notes)


def count_note(part: str, corpus: Corpus) -> str:
    """Say how many dialogues, turns and templates a part of task 6 has, and whether that is as published."""
    found = len(list(corpus)), sum(map(len, corpus))
    templates = len({action for dialogue in corpus for turn in dialogue for action in turn.actions})
    said = f"{part}: {found[0]:,} dialogues, {found[1]:,} turns, {templates} templates"
    expected = TASK6_COUNTS[part]
    if found == expected:
        return f"{said}, as published"
    return f"{said}; published are {expected[0]:,} dialogues and {expected[1]:,} turns"
