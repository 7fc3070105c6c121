"""STAR: happy and single-task dialogues in the order of their numbers; the first 80% are for training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from benchmarks.protocols.case import ProtocolCase, PublishedFigures, cut
from benchmarks.protocols.folders import CorpusFolders
from turncast import Corpus, Dialogue, read
from turncast.readers.star import star_files

SHARE = 0.8
CURVE = (10, 20, 50, 100, 300, None)
_PUBLISHED = {"test": PublishedFigures("no figure could be read", "73.5%, F1 .72", "76.5%, F1 .75")}


def star(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield STAR without the task's name, with few and with all dialogues, and with the task's name."""
    train, test = star_parts(folders)
    if not list(train):
        return
    count = len(list(train)) + len(list(test))
    notes = (f"{count:,} happy single-task dialogues in all",)
    for size in CURVE:
        if (size or 0) < len(list(train)):
            name = f"STAR, without the task's name{f', {size} dialogues' if size else ''}"
            curve = {"draw": size, "curve": "STAR", "in_table": size is None}
            yield ProtocolCase(
                name, "star", train, {"test": test}, published=_PUBLISHED, notes=notes, **curve
            )
    train, test = (Corpus(part.name, [with_task(one) for one in part]) for part in (train, test))
    notes += ("the task's name is a fact of each dialogue's first turn",)
    name = "STAR, with the task's name"
    yield ProtocolCase(name, "star", train, {"test": test}, published=_PUBLISHED, notes=notes)


def star_parts(folders: CorpusFolders) -> tuple[Corpus, Corpus]:
    """Return the training part and the test part; both are empty where STAR is missing."""
    return cut("star", union(folders), SHARE)


def union(folders: CorpusFolders) -> list[Dialogue]:
    """Return the happy single-task dialogues of all folders, each once, in the order of their numbers.

    Several folders may hold some of the dialogues each; the union is sorted, and split afterwards.
    """
    dialogues: dict[str, Dialogue] = {}
    for path in folders.walk():
        if path.name == "dialogues" and path.is_dir() and star_files(path):
            for dialogue in read(path, format="star"):
                dialogues.setdefault(dialogue.id, dialogue)
    used = [d for d in dialogues.values() if d.metadata["happy"] and not d.metadata["multi_task"]]
    return sorted(used, key=lambda dialogue: int(dialogue.id.removeprefix("star:")))


def with_task(dialogue: Dialogue) -> Dialogue:
    """Return the dialogue with the task's name as a fact of its first turn."""
    first, *others = dialogue.turns
    facts = {**first.facts, "task": dialogue.metadata["task"]}
    return replace(dialogue, turns=(replace(first, facts=facts), *others))
