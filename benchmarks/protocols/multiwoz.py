"""MultiWOZ's system acts: several at once, each with its domain."""

from __future__ import annotations

from collections.abc import Iterator

from protocols.case import Case, Published, held_out
from protocols.folders import Folders
from turncast import read

_FOLDER = "multiwoz21"
_BITS = 44
_PUBLISHED = Published("fine-tuned BERT, micro F1 .774, sets 29.1%", "", "the same")


def multiwoz(folders: Folders) -> Iterator[Case]:
    """Yield the acts of the folder `multiwoz21`, judged on `test.json`.

    What is learned from is `train.json`, or what `data.json` has besides; where there is neither, a fifth of
    the test part is held out.
    """
    learned = folders.find(_FOLDER, "train.json") or folders.find(_FOLDER, "data.json")
    judged = folders.find(_FOLDER, "test.json")
    if judged is None:
        return
    test = read(judged, format="multiwoz").load()
    if learned:
        names = {dialogue.id for dialogue in test}
        found = read(learned, format="multiwoz")
        part, train = "test", found.filter(lambda _, dialogue: dialogue.id not in names).load()
    else:
        part, (train, test) = "a fifth of test.json, learned from the rest", held_out(test)
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
