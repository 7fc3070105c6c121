"""A corpus in parts: which dialogue goes where, by dialogue, by group or by time."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from turncast.corpus import Corpus
from turncast.data.stratify import Unit, stratify
from turncast.dialogue import Dialogue, Fact, parse_iso_date
from turncast.errors import ConfigError, CorpusError, did_you_mean

By = Literal["group", "dialogue", "time"]
WAYS: tuple[By, ...] = ("group", "dialogue", "time")
NAMES = {2: ("train", "test"), 3: ("train", "dev", "test")}


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """How a corpus is split.

    Attributes:
        shares: of the dialogues: two (train, test) or three (train, dev, test), that add up to 1.
        by: `group` keeps the dialogues of a group together; `dialogue` does not look at groups; `time` puts
            the latest dialogues into the last part.
        time: the name in the dialogues' metadata of a number or an ISO date, where `by` is time.
        seed: the same seed gives the same parts.

    >>> SplitConfig(shares=(0.5, 0.6))
    Traceback (most recent call last):
    turncast.errors.ConfigError: --share is 0.5,0.6; give two or three shares above 0 that add up to 1
    """

    shares: tuple[float, ...] = (0.8, 0.1, 0.1)
    by: By = "group"
    time: str = "timestamp"
    seed: int = 1

    def __post_init__(self) -> None:
        told = ",".join(f"{share:g}" for share in self.shares)
        fits = len(self.shares) in NAMES and all(share > 0 for share in self.shares)
        if not fits or not math.isclose(sum(self.shares), 1, abs_tol=1e-6):
            raise ConfigError(f"--share is {told}; give two or three shares above 0 that add up to 1")
        if self.by not in WAYS:
            raise ConfigError(f"--by {self.by!r} is unknown; it is one of {', '.join(WAYS)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The parts' names."""
        return NAMES[len(self.shares)]


def deal(corpus: Corpus, config: SplitConfig) -> list[int]:
    """Return for each dialogue the number of its part; the corpus is read once.

    Raises:
        CorpusError: where a part would stay empty, or a dialogue has no time.
    """
    parts = _by_time(corpus, config) if config.by == "time" else _stratified(corpus, config)
    empty = [name for number, name in enumerate(config.names) if number not in parts]
    if empty:
        cure = "give more dialogues or larger shares, or split by dialogue"
        raise CorpusError(corpus.name, f"the {empty[0]} part would be empty", cure)
    return parts


def _stratified(corpus: Corpus, config: SplitConfig) -> list[int]:
    members: dict[tuple[bool, str], list[int]] = {}
    actions: dict[tuple[bool, str], set[str]] = {}
    total = 0
    for position, dialogue in enumerate(corpus):
        grouped = config.by == "group" and dialogue.group is not None
        name = (grouped, str(dialogue.group) if grouped else dialogue.id)
        members.setdefault(name, []).append(position)
        actions.setdefault(name, set()).update(action for turn in dialogue for action in turn.actions)
        total += 1
    units = [Unit(len(found), frozenset(actions[name])) for name, found in members.items()]
    parts = [0] * total
    for part, positions in zip(stratify(units, config.shares, config.seed), members.values(), strict=True):
        for position in positions:
            parts[position] = part
    return parts


def _by_time(corpus: Corpus, config: SplitConfig) -> list[int]:
    times = [_time(dialogue, config.time, corpus.name) for dialogue in corpus]
    kinds = {type(time) for time in times}
    if len(kinds) > 1:
        problem = f"{config.time!r} is a number in some dialogues and a date in others"
        raise CorpusError(corpus.name, problem, "write all in one way")
    order = sorted(range(len(times)), key=lambda position: (times[position], position))
    edges = _edges(len(times), config.shares)
    parts = [0] * len(times)
    for rank, position in enumerate(order):
        parts[position] = sum(rank >= edge for edge in edges)
    return parts


def _edges(total: int, shares: Sequence[float]) -> list[int]:
    """Return the ranks at which each part but the first begins."""
    return [round(total * sum(shares[:number])) for number in range(1, len(shares))]


def _time(dialogue: Dialogue, name: str, corpus: str) -> float | datetime.datetime:
    where = f"{corpus}, dialogue {dialogue.id!r}"
    value = dialogue.metadata.get(name)
    if value is None:
        near = did_you_mean(name, dialogue.metadata)
        cure = f"name another with --time; it has {', '.join(dialogue.metadata) or 'no metadata'}"
        raise CorpusError(where, f"its metadata have no {name!r}{near}", cure)
    time = _read_time(value)
    if time is None:
        raise CorpusError(where, f"{name!r} is {value!r}", "give a number or an ISO date in all dialogues")
    return time


def _read_time(value: Fact) -> float | datetime.datetime | None:
    if isinstance(value, bool):
        return None
    try:
        number = float(value)
        return number if math.isfinite(number) else None
    except (ValueError, OverflowError):
        pass
    return parse_iso_date(value)
