"""The count table: the smoothed distribution of actions in a case, mixed into a network's predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.baselines.tables import BaselineCounts, Baselines, case_hashes
from turncast.dialogue import Turn
from turncast.layouts import Actions
from turncast.vocabulary import ActionSpace

_SAVED = ("turns", "starts", "actions", "counts")


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """The counts of the actions in the C cases of one level, as flat arrays.

    Attributes:
        turns: the number of turns of each case, (C,).
        starts: the start of each case in `actions` and `counts`, and the end, (C + 1,).
        actions: action indices, case after case, (E,).
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

    def add(self, total: NDArray[np.float32], case: int, share: float) -> float:
        """Add a case's distribution, times a share, to `total` (A,); return the share of the next level."""
        start, end = self.starts[case], self.starts[case + 1]
        if end - start == 1:
            total[self._indices[start]] += share * self._shares[start]
        else:
            total[self._indices[start:end]] += np.float32(share) * self._shares[start:end]
        return share * float(self._rests[case])


@dataclass(frozen=True, slots=True, eq=False)
class CountTable:
    """Mixes counts into each prediction: (1 - weight) * network + weight * counts.

    It uses the cases of the baselines, and their hashes. The counts are smoothed: a case of n turns with d
    different actions has the weight n, and the next more general case the weight d (Witten and Bell, 1991).
    Where turns have several actions, each action is counted on its own.

    Attributes:
        baselines: the tables with the cases.
        levels: the counts at each level, the most specific first.
        num_actions: A.
        weight: of the counts, between 0 and 1.

    >>> from turncast.layouts import Example
    >>> counts, space = BaselineCounts(), ActionSpace(["greet", "goodbye"])
    >>> counts.add(Example((Turn("hello", ("greet",)), Turn("bye", ("goodbye",))),
    ...                   ((("greet",),), (("goodbye",),))))
    >>> table = CountTable.from_counts(counts, counts.baselines(), space, weight=0.5)
    >>> print(table.distribution(Turn("hello"), None).round(2))
    [0.97 0.03]
    >>> print(table.mix(np.array([0.4, 0.6], np.float32), Turn("what?"), ("other",)).round(2))
    [0.45 0.55]
    """

    baselines: Baselines
    levels: tuple[Cases, ...]
    num_actions: int
    weight: float
    _prior: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prior, everything = np.zeros(self.num_actions, np.float32), self.levels[-1]  # one case: all turns
        prior[everything.actions] = everything.counts / max(everything.turns.sum(), 1)
        object.__setattr__(self, "_prior", prior)

    @classmethod
    def from_counts(
        cls, counts: BaselineCounts, baselines: Baselines, space: ActionSpace, weight: float
    ) -> CountTable:
        """Return the table of the counts from which the baselines were made."""
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
            levels.append(
                Cases(
                    turns=_smallest_type(turns),
                    starts=_smallest_type(starts),
                    actions=_smallest_type(actions),
                    counts=_smallest_type(taken),
                )
            )
        return cls(baselines, tuple(levels), len(space), weight)

    def mix(
        self, probabilities: NDArray[np.float32], turn: Turn, previous: Actions | None
    ) -> NDArray[np.float32]:
        """Return a network's probabilities (A,) mixed with the counts; of (k, A) the first row is mixed."""
        if probabilities.ndim > 1:
            return np.concatenate([self.mix(probabilities[0], turn, previous)[None], probabilities[1:]])
        return self._add(probabilities * np.float32(1 - self.weight), self.weight, turn, previous)

    def distribution(self, turn: Turn, previous: Actions | None) -> NDArray[np.float32]:
        """Return the probability of each action by the counts alone, (A,)."""
        return self._add(np.zeros(self.num_actions, np.float32), 1.0, turn, previous)

    def _add(
        self, total: NDArray[np.float32], share: float, turn: Turn, previous: Actions | None
    ) -> NDArray[np.float32]:
        """Add the distribution of the counts, times a share, to `total` (A,) in place; return it."""
        for level, case in enumerate(case_hashes(turn, previous)[:-1]):
            index = self.baselines.case_index(level, case)
            if index is not None:
                share = self.levels[level].add(total, index, share)
        total += np.float32(share) * self._prior
        return total

    def to_arrays(self) -> dict[str, NDArray[Any]]:
        """Return the counts as named arrays."""
        return {
            f"level_{number}/{name}": getattr(cases, name)
            for number, cases in enumerate(self.levels)
            for name in _SAVED
        }

    @classmethod
    def from_arrays(
        cls, arrays: Mapping[str, NDArray[Any]], baselines: Baselines, num_actions: int, weight: float
    ) -> CountTable:
        """Return the table that `to_arrays` described."""
        levels = tuple(
            Cases(*(arrays[f"level_{number}/{name}"] for name in _SAVED))
            for number in range(len(baselines.tables))
        )
        return cls(baselines, levels, num_actions, weight)


def _smallest_type(values: list[int]) -> NDArray[Any]:
    """Return an array of the smallest unsigned type that holds all values."""
    return np.array(values, np.min_scalar_type(max(values, default=0)))
