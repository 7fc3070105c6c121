"""Iterative stratification: assign dialogues to parts so that each part has its share of every action."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """A dialogue, or a group of dialogues that stay in one part.

    Attributes:
        size: the number of dialogues.
        actions: the actions that they take.
    """

    size: int
    actions: frozenset[str]


def stratify(units: Sequence[Unit], shares: Sequence[float], seed: int) -> list[int]:
    """Return the number of the part of each unit, by iterative stratification.

    The rarest action comes first: each unit that has it is assigned to the part that lacks it most. Then the
    next rarest. The method is that of Sechidis, Tsoumakas and Vlahavas (2011), "On the stratification of
    multi-label data", with two more rules: a part that has its share of dialogues takes no more, and every
    part gets an action that occurs in at least as many units as there are parts. The same seed gives the
    same parts.

    >>> units = [Unit(1, frozenset({"greet"} | ({"refund"} if n < 3 else set()))) for n in range(10)]
    >>> parts = stratify(units, (0.6, 0.2, 0.2), seed=1)
    >>> sorted(parts), sorted(parts[:3])
    ([0, 0, 0, 0, 0, 0, 1, 1, 2, 2], [0, 1, 2])
    """
    order = list(range(len(units)))
    random.Random(seed).shuffle(order)  # noqa: S311  # a split, no secret
    # Large groups first, while every part has room for them.
    order.sort(key=lambda number: -units[number].size)
    total = sum(unit.size for unit in units)
    room = _quotas(total, shares)
    counts = Counter(action for unit in units for action in unit.actions)
    quotas = {action: _quotas(count, shares) for action, count in counts.items()}
    units_with: dict[str, list[int]] = {action: [] for action in counts}
    for number in order:
        for action in units[number].actions:
            units_with[action].append(number)
    parts: dict[int, int] = {}

    def assign(number: int, quota: Sequence[float]) -> None:
        unit = units[number]
        free = [part for part in range(len(shares)) if room[part] >= unit.size / 2] or range(len(shares))
        part = max(free, key=lambda part: (quota[part], room[part], -part))
        parts[number] = part
        room[part] -= unit.size
        for action in unit.actions:
            quotas[action][part] -= 1

    for action in _rarest_first(counts):
        for number in units_with[action]:
            if number not in parts:
                assign(number, quotas[action])
    for number in order:
        if number not in parts:
            assign(number, room)
    return [parts[number] for number in range(len(units))]


def _rarest_first(counts: Counter[str]) -> Collection[str]:
    return sorted(counts, key=lambda action: (counts[action], action))


def _quotas(count: int, shares: Sequence[float]) -> list[float]:
    """Return how many of `count` units each part should get: at least one if there are enough."""
    quotas = [share * count for share in shares]
    if count >= len(shares):
        quotas = [max(1.0, quota) for quota in quotas]
        quotas[quotas.index(max(quotas))] -= sum(quotas) - count
    return quotas
