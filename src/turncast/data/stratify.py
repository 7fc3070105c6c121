"""Dealing dialogues to parts so that each part has its share of every action, the rare ones first."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """What is never split apart: a dialogue, or a group of them.

    Attributes:
        size: how many dialogues.
        actions: the actions that are taken in it.
    """

    size: int
    actions: frozenset[str]


def stratify(units: Sequence[Unit], shares: Sequence[float], seed: int) -> list[int]:
    """Return the part of each unit, by iterative stratification.

    The rarest action is dealt out first, each of its units to the part that lacks it most, then the next
    rarest. A part that has its share of dialogues takes no more. Of an action with at least as many units as
    there are parts, every part is due one. The method is that of Sechidis, Tsoumakas and Vlahavas (2011),
    "On the stratification of multi-label data", with these two rules added. The same seed gives the same
    parts.

    >>> units = [Unit(1, frozenset({"greet"} | ({"refund"} if n < 3 else set()))) for n in range(10)]
    >>> parts = stratify(units, (0.6, 0.2, 0.2), seed=1)
    >>> sorted(parts), sorted(parts[:3])
    ([0, 0, 0, 0, 0, 0, 1, 1, 2, 2], [0, 1, 2])
    """
    order = list(range(len(units)))
    random.Random(seed).shuffle(order)  # noqa: S311  # a split, no secret
    # Large groups first, while every part has room.
    order.sort(key=lambda number: -units[number].size)
    total = sum(unit.size for unit in units)
    room = _due(total, shares)
    counts = Counter(action for unit in units for action in unit.actions)
    due = {action: _due(count, shares) for action, count in counts.items()}
    holders: dict[str, list[int]] = {action: [] for action in counts}
    for number in order:
        for action in units[number].actions:
            holders[action].append(number)
    parts: dict[int, int] = {}

    def deal(number: int, wants: Sequence[float]) -> None:
        unit = units[number]
        free = [part for part in range(len(shares)) if room[part] >= unit.size / 2] or range(len(shares))
        part = max(free, key=lambda part: (wants[part], room[part], -part))
        parts[number] = part
        room[part] -= unit.size
        for action in unit.actions:
            due[action][part] -= 1

    for action in _rarest_first(counts):
        for number in holders[action]:
            if number not in parts:
                deal(number, due[action])
    for number in order:
        if number not in parts:
            deal(number, room)
    return [parts[number] for number in range(len(units))]


def _rarest_first(counts: Counter[str]) -> Collection[str]:
    return sorted(counts, key=lambda action: (counts[action], action))


def _due(count: int, shares: Sequence[float]) -> list[float]:
    """Return how many of so many each part is due, at least one where there are enough."""
    due = [share * count for share in shares]
    if count >= len(shares):
        due = [max(1.0, part) for part in due]
        due[due.index(max(due))] -= sum(due) - count
    return due
