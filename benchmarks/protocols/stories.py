"""The TED paper's stories, predicted after every event as Rasa's tester does, including `action_listen`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.protocols.case import ProtocolCase, PublishedFigures, held_out
from benchmarks.protocols.folders import CorpusFolders
from turncast import Corpus, read
from turncast.readers import ReadConfig

COUNTS = 740, 185
_TEST = re.compile(r"(?<![a-z])test")
_PUBLISHED = {
    "modular-mh10": PublishedFigures(
        "TED F1 .54, acc .645, 1 of 185 right; Rasa 3.6 F1 .566, acc .669, 3 of 185",
        "F1 .575",
        "F1 .595, acc .69, 7 of 185",
    ),
    "modular-mh10-status": PublishedFigures(
        "TED F1 .64, acc .717; Rasa 3.6 F1 .656, acc .728, 2 of 185",
        "F1 .68",
        "F1 .70, acc .76, 10 of 185",
    ),
}


def stories(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield the modular stories without and with the database's status."""
    for name, published in _PUBLISHED.items():
        train_files, test_files = story_files(folders, name)
        if not train_files:
            continue
        train = read_stories(train_files)
        if test_files:
            part, test = "test", read_stories(test_files)
        else:
            part = "a fifth of the training part"
            train, test = held_out(train)
        counts = len(list(train)), len(list(test))
        note = f"{counts[0]} training stories, {counts[1]} test stories"
        if counts != COUNTS:
            note += f"; published are {COUNTS[0]} and {COUNTS[1]}"
        status = ", with the database's status" if name.endswith("status") else ""
        yield ProtocolCase(
            f"TED stories{status}",
            "stories",
            train,
            {part: test},
            f1="micro_without_listen",
            published={"test": published},
            notes=(note,),
        )


def story_files(folders: CorpusFolders, name: str) -> tuple[list[Path], list[Path]]:
    """Return the files of training stories and of test stories in all folders with this name.

    Files of the first folder are for training, unless `test` is in their path inside the folder. Files of
    further folders are the test part, except copies of training files.
    """
    train: list[Path] = []
    test: list[Path] = []
    for number, folder in enumerate(path for path in folders.named(name) if path.is_dir()):
        for file in sorted(folder.rglob("*.md")):
            is_test = _TEST.search(file.relative_to(folder).as_posix().lower())
            copies = [known for known in train + test if known.read_bytes() == file.read_bytes()]
            if not copies:
                (test if is_test or number else train).append(file)
    return train, test


def read_stories(files: list[Path]) -> Corpus:
    """Read stories with `action_listen`, which ends the system's actions, as an action."""
    return read(files, format="rasa", config=ReadConfig(listen=True)).load()
