"""A case: training part, test parts and scoring. Each test part is a row of the results page."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from turncast import Corpus, Dialogue
from turncast.training import split_dev

LISTEN = "action_listen"
HELD_OUT = 0.2


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """What others reached, what turncast must reach, and its goal; by default shares of right turns."""

    best: str = ""
    must: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class ProtocolCase:
    """A protocol on one corpus.

    Attributes:
        name: the row's name.
        corpus: the key of its settings in `best_settings`.
        train: the training part; early stopping uses a part of it.
        tests: name -> test part.
        draw: the number of training dialogues that the seed draws; None takes all.
        values: a file with the values of slots.
        settings: settings of the protocol.
        f1: the F1 of the protocol: `weighted`, `micro`, or `micro_without_listen` (without `action_listen`).
        published: name of a test part -> published figures of this very part.
        curve: the learning curve with this case as a point, or None.
        in_table: whether the table has a row of it, with a memoryless network and an ensemble.
        notes: remarks for the page: different counts, missing parts.
    """

    name: str
    corpus: str
    train: Corpus
    tests: Mapping[str, Corpus]
    draw: int | None = None
    values: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    f1: str = "weighted"
    published: Mapping[str, PublishedFigures] = field(default_factory=dict)
    curve: str | None = None
    in_table: bool = True
    notes: tuple[str, ...] = ()


def drawn(corpus: Corpus, count: int | None, seed: int) -> Corpus:
    """Return `count` dialogues, drawn by the seed, in the order of the corpus; None returns all.

    Raises:
        ValueError: where the corpus has fewer dialogues.
    """
    if count is None:
        return corpus
    dialogues = list(corpus)
    chosen = random.Random(seed).sample(range(len(dialogues)), count)
    return Corpus(f"{corpus.name}, {count} of seed {seed}", [dialogues[index] for index in sorted(chosen)])


def cut(name: str, dialogues: Iterable[Dialogue], share: float) -> tuple[Corpus, Corpus]:
    """Return the first `share` of the dialogues, rounded down, and the others."""
    dialogues = list(dialogues)
    edge = int(share * len(dialogues))
    return Corpus(f"{name}-train", dialogues[:edge]), Corpus(f"{name}-test", dialogues[edge:])


def held_out(corpus: Corpus) -> tuple[Corpus, Corpus]:
    """Return the corpus without a fifth of its dialogues, and that fifth; groups stay together."""
    return split_dev(corpus, HELD_OUT, seed=1)


def without_test(case: ProtocolCase) -> ProtocolCase:
    """Return the case with a fifth of its training part as test part: settings are chosen by this."""
    train, dev = held_out(case.train)
    return replace(case, train=train, tests={"a fifth of the training part": dev})


def f1_without_listen(actions: Mapping[str, Mapping[str, float]]) -> float:
    """Return the micro F1 over all actions but `action_listen`, from a report's scores of actions.

    An action where the system should listen is a wrong prediction; listening where it should act is a miss.
    """
    scores = [score for name, score in actions.items() if name != LISTEN]
    right, support, predicted = (sum(s[key] for s in scores) for key in ("right", "support", "predicted"))
    return 2 * right / (support + predicted) if support + predicted else 0.0
