"""A case: what is learned from, what is judged on, and how it is counted. A row of the results page."""

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
class Published:
    """What others reached, what must be reached here, and what is aimed at: shares of turns, unless said."""

    best: str = ""
    must: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A protocol on one corpus.

    Attributes:
        name: the row's name.
        corpus: the name of its settings.
        train: what is learned from; the dev part that stops a training is cut off it.
        tests: part -> what is judged on.
        draw: so many dialogues of the training part are learned from, drawn by the seed; None takes all.
        values: a file of the values of slots.
        settings: settings that belong to the protocol.
        f1: which F1 the protocol counts: `weighted`, `micro`, or `spoken`, micro without `action_listen`.
        published: what there is to beat: part -> figures; they stand beside no other part.
        curve: the learning curve that the case is a point of.
        in_table: whether it is a row of the table, with a memoryless network and an ensemble beside it.
        notes: what a reader must know: counts that differ, parts that are not there.
    """

    name: str
    corpus: str
    train: Corpus
    tests: Mapping[str, Corpus]
    draw: int | None = None
    values: Path | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    f1: str = "weighted"
    published: Mapping[str, Published] = field(default_factory=dict)
    curve: str | None = None
    in_table: bool = True
    notes: tuple[str, ...] = ()


def drawn(corpus: Corpus, count: int | None, seed: int) -> Corpus:
    """Return so many dialogues, drawn by the seed, in the order of the corpus; all where None are asked for.

    Raises:
        ValueError: where there are fewer.
    """
    if count is None:
        return corpus
    dialogues = list(corpus)
    chosen = random.Random(seed).sample(range(len(dialogues)), count)
    return Corpus(f"{corpus.name}, {count} of seed {seed}", [dialogues[place] for place in sorted(chosen)])


def cut(name: str, dialogues: Iterable[Dialogue], share: float) -> tuple[Corpus, Corpus]:
    """Return the first share of the dialogues, rounded down, and the others."""
    dialogues = list(dialogues)
    edge = int(share * len(dialogues))
    return Corpus(f"{name}-train", dialogues[:edge]), Corpus(f"{name}-test", dialogues[edge:])


def held_out(corpus: Corpus) -> tuple[Corpus, Corpus]:
    """Return the corpus without a fifth of its dialogues, and these; those of one group stay together."""
    return split_dev(corpus, HELD_OUT, seed=1)


def without_test(case: Case) -> Case:
    """Return the case judged on a fifth held out of its training part: the case to choose settings by."""
    train, dev = held_out(case.train)
    return replace(case, train=train, tests={"a fifth of the training part": dev})


def spoken_f1(actions: Mapping[str, Mapping[str, float]]) -> float:
    """Return the micro F1 over all actions but `action_listen`, out of a report's table of actions.

    A turn at which the system should listen and acts is a wrong prediction of what it does; one at which it
    should act and listens is a miss.
    """
    counted = [score for name, score in actions.items() if name != LISTEN]
    right, support, predicted = (sum(s[key] for s in counted) for key in ("right", "support", "predicted"))
    return 2 * right / (support + predicted) if support + predicted else 0.0
