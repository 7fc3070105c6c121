"""The sets of actions that occur in training, and the most probable one among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.vocabulary import ActionSpace

_MARGIN = 1e-7  # probabilities keep this distance from 0 and 1, so that no single action excludes a set


@dataclass(frozen=True, slots=True, eq=False)
class KnownSets:
    """S sets of actions with their counts in training.

    The probability of a set is the product of its actions' independent probabilities, times its share in
    training to the power `weight`; it is normalised over all S sets.

    Attributes:
        members: the bits of each set, (S, A).
        counts: the count of each set, (S,).
        weight: the exponent of the share in training; 0 ignores it.

    >>> space = ActionSpace(["greet", "ask", "bye"], multi=True)
    >>> known = KnownSets.from_counts({("greet", "ask"): 3, ("bye",): 1}, space, weight=0.0)
    >>> bits, probabilities = known.most_probable(np.array([[0.9, 0.4, 0.3], [0.1, 0.2, 0.6]]))
    >>> [space.actions(row) for row in bits], probabilities.round(2).tolist()
    ([('greet', 'ask'), ('bye',)], [0.93, 0.98])
    """

    members: NDArray[np.bool_]
    counts: NDArray[np.int64]
    weight: float
    _columns: NDArray[np.float64] = field(init=False, repr=False)
    _priors: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_columns", np.ascontiguousarray(self.members.T, np.float64))
        object.__setattr__(self, "_priors", self.weight * np.log(self.counts / self.counts.sum()))

    @classmethod
    def from_counts(
        cls, counts: Mapping[tuple[str, ...], int], space: ActionSpace, weight: float, most: int | None = None
    ) -> KnownSets:
        """Return the `most` most frequent sets of a mapping of actions to counts; all of them by default."""
        count_of: dict[tuple[int, ...], int] = {}
        for actions, count in counts.items():
            indices = tuple(sorted(space.indices(actions)))
            count_of[indices] = count_of.get(indices, 0) + count
        frequent = sorted(count_of, key=lambda indices: (-count_of[indices], indices))[:most]
        members = np.zeros((len(frequent), len(space)), np.bool_)
        for row, indices in zip(members, frequent, strict=True):
            row[list(indices)] = True
        return cls(members, np.array([count_of[indices] for indices in frequent], np.int64), weight)

    def most_probable(self, probabilities: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return the bits of the most probable set, (..., A), and its probability among the sets, (...).

        Args:
            probabilities: of the actions, independently, (..., A).
        """
        clipped = np.clip(np.asarray(probabilities, np.float64), _MARGIN, 1 - _MARGIN)
        scores = (np.log(clipped) - np.log1p(-clipped)) @ self._columns + self._priors
        best = scores.argmax(-1)
        shares = np.exp(scores - scores.max(-1, keepdims=True)).sum(-1)
        return self.members[best], 1 / shares

    def to_json(self, space: ActionSpace) -> dict[str, Any]:
        """Return the sets as values for JSON."""
        sets = [list(space.actions(row)) for row in self.members]
        return {"weight": self.weight, "sets": sets, "counts": self.counts.tolist()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], space: ActionSpace) -> KnownSets:
        """Return the sets that `to_json` described."""
        sets: Sequence[Sequence[str]] = values["sets"]
        counts = {tuple(actions): count for actions, count in zip(sets, values["counts"], strict=True)}
        return cls.from_counts(counts, space, values["weight"])
