"""MultiWOZ: the acts of the system with their domains, several a turn."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.protocols.case import ProtocolCase, PublishedFigures, held_out
from benchmarks.protocols.folders import CorpusFolders
from turncast import read

_FOLDER = "multiwoz21"
_BITS = 44
_PUBLISHED = PublishedFigures("fine-tuned BERT, micro F1 .774, sets 29.1%", "", "the same")


def multiwoz(folders: CorpusFolders) -> Iterator[ProtocolCase]:
    """Yield the acts of the folder `multiwoz21`; the test part is `test.json`.

    The training part is `train.json`, or `data.json` without the test dialogues; where both are missing, a
    fifth of `test.json` is held out.
    """
    train_file = folders.find(_FOLDER, "train.json") or folders.find(_FOLDER, "data.json")
    test_file = folders.find(_FOLDER, "test.json")
    if test_file is None:
        return
    test = read(test_file, format="multiwoz").load()
    if train_file:
        names = {dialogue.id for dialogue in test}
        corpus = read(train_file, format="multiwoz")
        part, train = "test", corpus.filter(lambda _, dialogue: dialogue.id not in names).load()
    else:
        part, (train, test) = "a fifth of test.json, learned from the rest", held_out(test)
    acts = {action for dialogue in train for turn in dialogue for action in turn.actions}
    note = f"{len(acts)} acts" + ("" if len(acts) == _BITS else f"; published figures are of {_BITS}")
    yield ProtocolCase(
        "MultiWOZ, acts of the system",
        "multiwoz",
        train,
        {part: test},
        f1="micro",
        published={"test": _PUBLISHED},
        notes=(note,),
    )
