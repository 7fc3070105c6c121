"""A table of counts beside a network: what was done in the same case, from the particular to the general."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.baselines.floors import FloorCounts, Floors, keys_of
from turncast.dialogue import Turn
from turncast.layouts import Actions
from turncast.vocabulary import ActionSpace

_SAVED = ("turns", "starts", "actions", "counts")


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """How often each action was taken in the cases of one level, those of a case one after the other.

    Attributes:
        turns: how often each case was seen, (C,).
        starts: where the actions of each case begin, and the end, (C + 1,).
        actions: indices of actions, (E,).
        counts: how often each was taken, (E,).
    """

    turns: NDArray[Any]
    starts: NDArray[Any]
    actions: NDArray[Any]
    counts: NDArray[Any]
    _indices: NDArray[np.intp] = field(init=False, repr=False)
    _shares: NDArray[np.float32] = field(init=False, repr=False)
    _rests: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = self.starts.astype(np.intp)
        different: NDArray[np.intp] = starts[1:] - starts[:-1]
        wholes = self.turns.astype(np.float64) + different
        object.__setattr__(self, "_indices", self.actions.astype(np.intp))
        shares = (self.counts / np.repeat(wholes, different)).astype(np.float32)
        object.__setattr__(self, "_shares", shares)
        object.__setattr__(self, "_rests", (different / wholes).astype(np.float32))

    def add(self, found: NDArray[np.float32], place: int, share: float) -> float:
        """Add a case's share of each action to `found` (A,); return what is left for more general cases."""
        start, end = self.starts[place], self.starts[place + 1]
        if end - start == 1:
            found[self._indices[start]] += share * self._shares[start]
        else:
            found[self._indices[start:end]] += np.float32(share) * self._shares[start:end]
        return share * float(self._rests[place])


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """A share of each prediction that comes from counts: (1 - weight) * network + weight * counts.

    The cases are those of the floors, whose hashes it shares. A case seen n times, in which d different
    actions were taken, counts as n turns against d of the case below it, which is more general (Witten and
    Bell, 1991). Of turns that take several actions, each action has its own share.

    Attributes:
        floors: which know the cases.
        levels: the counts at each of their levels, the most particular first.
        num_actions: A.
        weight: of the counts, between 0 and 1.

    >>> from turncast.layouts import Example
    >>> counts, space = FloorCounts(), ActionSpace(["greet", "goodbye"])
    >>> counts.add(Example((Turn("hello", ("greet",)), Turn("bye", ("goodbye",))),
    ...                   ((("greet",),), (("goodbye",),))))
    >>> table = CountTable.of(counts, counts.floors(), space, weight=0.5)
    >>> print(table.distribution(Turn("hello"), None).round(2))
    [0.97 0.03]
    >>> print(table.mixed(np.array([0.4, 0.6], np.float32), Turn("what?"), ("other",)).round(2))
    [0.45 0.55]
    """

    floors: Floors
    levels: tuple[Cases, ...]
    num_actions: int
    weight: float
    _prior: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prior, everything = np.zeros(self.num_actions, np.float32), self.levels[-1]  # all turns are one case
        prior[everything.actions] = everything.counts / max(everything.turns.sum(), 1)
        object.__setattr__(self, "_prior", prior)

    @classmethod
    def of(cls, counts: FloorCounts, floors: Floors, space: ActionSpace, weight: float) -> CountTable:
        """Make the table of the counts from which the floors were made."""
        levels = []
        for cases in counts.levels:
            turns, starts, actions, taken = [], [0], list[int](), list[int]()
            for _, answers in sorted(cases.items()):
                marginal: dict[int, int] = {}
                for answer, count in answers.items():
                    for index in space.indices(answer):
                        marginal[index] = marginal.get(index, 0) + count
                turns.append(answers.total())
                actions += marginal
                taken += marginal.values()
                starts.append(len(actions))
            levels.append(Cases(*(_small(values) for values in (turns, starts, actions, taken))))
        return cls(floors, tuple(levels), len(space), weight)

    def mixed(
        self, probabilities: NDArray[np.float32], turn: Turn, previous: Actions | None
    ) -> NDArray[np.float32]:
        """Return a network's probabilities (A,) mixed with those of the counts; of (k, A) the first row."""
        if probabilities.ndim > 1:
            return np.concatenate([self.mixed(probabilities[0], turn, previous)[None], probabilities[1:]])
        return self._add(probabilities * np.float32(1 - self.weight), self.weight, turn, previous)

    def distribution(self, turn: Turn, previous: Actions | None) -> NDArray[np.float32]:
        """Return how probable the counts alone hold each action, (A,)."""
        return self._add(np.zeros(self.num_actions, np.float32), 1.0, turn, previous)

    def _add(
        self, found: NDArray[np.float32], share: float, turn: Turn, previous: Actions | None
    ) -> NDArray[np.float32]:
        """Add to an array that is ours what the counts say, times a share."""
        for level, key in enumerate(keys_of(turn, previous)[:-1]):
            place = self.floors.place(level, key)
            if place is None:
                continue
            share = self.levels[level].add(found, place, share)
        found += np.float32(share) * self._prior
        return found

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the counts as named arrays."""
        return {
            f"level_{number}/{name}": getattr(cases, name)
            for number, cases in enumerate(self.levels)
            for name in _SAVED
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], floors: Floors, num_actions: int, weight: float
    ) -> CountTable:
        """Make the table that `to_arrays` described."""
        levels = tuple(
            Cases(*(arrays[f"level_{number}/{name}"] for name in _SAVED))
            for number in range(len(floors.tables))
        )
        return cls(floors, levels, num_actions, weight)


def _small(values: list[int]) -> NDArray[Any]:
    """Return numbers of no more bytes than the largest needs."""
    return np.array(values, np.min_scalar_type(max(values, default=0)))
