"""Assign the dialogues of a corpus to parts: by group, by dialogue or by time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from turncast.corpus import Corpus
from turncast.data.stratify import Unit, stratify
from turncast.dialogue import Dialogue, Fact, parse_number
from turncast.errors import ConfigError, CorpusError, did_you_mean
from turncast.moments import parse_moment

By = Literal["group", "dialogue", "time"]
_BY: tuple[By, ...] = ("group", "dialogue", "time")
_NAMES = {2: ("train", "test"), 3: ("train", "dev", "test")}


_NO_METADATA = "no metadata (of a table, --column metadata=NAME takes a column)"


@dataclass(frozen=True, slots=True)
class SplitConfig:
    """The settings of a split.

    Attributes:
        shares: of the dialogues, for two parts (train, test) or three (train, dev, test); they add up to 1.
        by: `group` keeps the dialogues of a group together, `dialogue` ignores groups, `time` puts the latest
            dialogues into the last part.
        time: with `by="time"`, the name in the metadata of a number or an ISO date.
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
        given = ",".join(f"{share:g}" for share in self.shares)
        is_valid = len(self.shares) in _NAMES and all(share > 0 for share in self.shares)
        if not is_valid or not math.isclose(sum(self.shares), 1, abs_tol=1e-6):
            raise ConfigError(f"--share is {given}; give two or three shares above 0 that add up to 1")
        if self.by not in _BY:
            raise ConfigError(f"--by {self.by!r} is unknown; it is one of {', '.join(_BY)}")

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parts."""
        return _NAMES[len(self.shares)]


def assign_parts(corpus: Corpus, config: SplitConfig) -> list[int]:
    """Return the number of the part of each dialogue; the corpus is read once.

    Raises:
        CorpusError: if a part would be empty, or a dialogue has no time.
    """
    parts = _by_time(corpus, config) if config.by == "time" else _stratified(corpus, config)
    empty = [name for number, name in enumerate(config.names) if number not in parts]
    if empty:
        cure = "give more dialogues or larger shares, or split by dialogue"
        raise CorpusError(corpus.name, f"the {empty[0]} part would be empty", cure)
    return parts


def _stratified(corpus: Corpus, config: SplitConfig) -> list[int]:
    positions_of: dict[tuple[bool, str], list[int]] = {}
    actions: dict[tuple[bool, str], set[str]] = {}
    total = 0
    for position, dialogue in enumerate(corpus):
        grouped = config.by == "group" and dialogue.group is not None
        name = (grouped, str(dialogue.group) if grouped else dialogue.id)
        positions_of.setdefault(name, []).append(position)
        actions.setdefault(name, set()).update(action for turn in dialogue for action in turn.actions)
        total += 1
    units = [Unit(len(positions), frozenset(actions[name])) for name, positions in positions_of.items()]
    parts = [0] * total
    unit_parts = stratify(units, config.shares, config.seed)
    for part, positions in zip(unit_parts, positions_of.values(), strict=True):
        for position in positions:
            parts[position] = part
    return parts


def _by_time(corpus: Corpus, config: SplitConfig) -> list[int]:
    times, kinds = list[int | float](), set[str]()
    for dialogue in corpus:
        kind, time = _time(dialogue, config.time, corpus.name)
        kinds.add(kind)
        times.append(time)
    if len(kinds) > 1:
        problem = f"{config.time!r} is a number in some dialogues and a date in others"
        raise CorpusError(corpus.name, problem, "write all in the same way")
    order = sorted(range(len(times)), key=lambda position: (times[position], position))
    # The ranks at which each part but the first begins.
    edges = [round(len(times) * sum(config.shares[:number])) for number in range(1, len(config.shares))]
    parts = [0] * len(times)
    for rank, position in enumerate(order):
        parts[position] = sum(rank >= edge for edge in edges)
    return parts


def _time(dialogue: Dialogue, name: str, corpus: str) -> tuple[str, int | float]:
    """Return "number" or "date", and the number or the nanoseconds of the date."""
    where = f"{corpus}, dialogue {dialogue.id!r}"
    value = dialogue.metadata.get(name)
    if value is None:
        near = did_you_mean(name, dialogue.metadata)
        has = ", ".join(dialogue.metadata)
        cure = f"name another with --time; it has {has or _NO_METADATA}"
        raise CorpusError(where, f"its metadata have no {name!r}{near}", cure)
    number, moment = _number(value), parse_moment(value) if isinstance(value, str) else None
    if number is not None:
        return "number", number
    if moment is not None:
        return "date", moment
    raise CorpusError(where, f"{name!r} is {value!r}", "give a number or an ISO date in all dialogues")


def _number(value: Fact) -> int | float | None:
    if isinstance(value, str):
        return parse_number(value.strip())
    return value if not isinstance(value, bool) and math.isfinite(value) else None
