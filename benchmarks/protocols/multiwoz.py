"""MultiWOZ's system acts: several at once, each with its domain."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.case import Case, Published, held_out
from protocols.folders import Folders
from turnwise import read

_BITS = 44
_PUBLISHED = Published("fine-tuned BERT, micro F1 .774, sets 29.1%", "", "the same")


def multiwoz(folders: Folders) -> Iterator[Case]:
    """Yield the acts of `multiwoz21`: `train.json` and `test.json`, or of a fifth of the second."""
    learned, judged = (folders.find("multiwoz21", f"{part}.json") for part in ("train", "test"))
    if judged is None:
        return
    test = read(judged, format="multiwoz").load()
    if learned is None:
        part, (train, test) = "a fifth of test.json, learned from the rest", held_out(test)
    else:
        part, train = "test", read(learned, format="multiwoz").load()
    acts = {action for dialogue in train for turn in dialogue for action in turn.actions}
    note = f"{len(acts)} acts" + ("" if len(acts) == _BITS else f"; published figures are of {_BITS}")
    yield Case(
        "MultiWOZ, acts of the system",
        "multiwoz",
        train,
        {part: test},
        f1="micro",
        published={"test": _PUBLISHED},
        notes=(note,),
    )
