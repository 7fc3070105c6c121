"""STAR: happy and single-task dialogues in order of their number, the first 80% to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from protocols.case import Case, Published, cut
from protocols.folders import Folders
from turncast import Corpus, Dialogue, read
from turncast.readers.star import star_files

SHARE = 0.8
CURVE = (10, 20, 50, 100, 300, None)
_PUBLISHED = {"test": Published("no figure could be read", "73.5%, F1 .72", "76.5%, F1 .75")}


def star(folders: Folders) -> Iterator[Case]:
    """Yield STAR without the task's name, from few and from all dialogues, and with it."""
    train, test = star_parts(folders)
    if not list(train):
        return
    found = len(list(train)) + len(list(test))
    notes = (f"{found:,} happy single-task dialogues in all",)
    for size in CURVE:
        if (size or 0) < len(list(train)):
            name = f"STAR, without the task's name{f', {size} dialogues' if size else ''}"
            curve = {"draw": size, "curve": "STAR", "in_table": size is None}
            yield Case(name, "star", train, {"test": test}, published=_PUBLISHED, notes=notes, **curve)
    train, test = (Corpus(part.name, [with_task(one) for one in part]) for part in (train, test))
    notes += ("the task's name is a fact of each dialogue's first turn",)
    name = "STAR, with the task's name"
    yield Case(name, "star", train, {"test": test}, published=_PUBLISHED, notes=notes)


def star_parts(folders: Folders) -> tuple[Corpus, Corpus]:
    """Return the training part and the test part; both are empty where there is no STAR."""
    return cut("star", union(folders), SHARE)


def union(folders: Folders) -> list[Dialogue]:
    """Return the happy single-task dialogues of all folders, each once, in order of their number.

    The corpus may lie in several folders, each with some of the dialogues: all of it is sorted and cut.
    """
    found: dict[str, Dialogue] = {}
    for place in folders.walk():
        if place.name == "dialogues" and place.is_dir() and star_files(place):
            for dialogue in read(place, format="star"):
                found.setdefault(dialogue.id, dialogue)
    kept = [d for d in found.values() if d.metadata["happy"] and not d.metadata["multi_task"]]
    return sorted(kept, key=lambda dialogue: int(dialogue.id.removeprefix("star:")))


def with_task(dialogue: Dialogue) -> Dialogue:
    """Return the dialogue whose first turn sees the task's name as a fact."""
    first, *others = dialogue.turns
    facts = {**first.facts, "task": dialogue.metadata["task"]}
    return replace(dialogue, turns=(replace(first, facts=facts), *others))
