"""The sets of actions that training has seen, and the most probable one among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.vocabulary import ActionSpace

_SUREST = 1e-7  # no probability is taken as nearer to 0 or 1: one action alone does not rule a set out


@dataclass(frozen=True, slots=True, eq=False)
class KnownSets:
    """S sets of actions with how often training has seen each.

    A set is as probable as its actions are independently, times its share in training to the power `weight`;
    over all the sets this adds up to 1.

    Attributes:
        members: the bits of each set, (S, A).
        counts: how often each was seen, (S,).
        weight: how much the share in training says beside the probabilities; 0 is nothing.

    >>> space = ActionSpace(["greet", "ask", "bye"], multi=True)
    >>> known = KnownSets.of({("greet", "ask"): 3, ("bye",): 1}, space, weight=0.0)
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
    def of(
        cls, counts: Mapping[tuple[str, ...], int], space: ActionSpace, weight: float, most: int | None = None
    ) -> KnownSets:
        """Return the sets, the most frequent first; at most so many."""
        seen: dict[tuple[int, ...], int] = {}
        for actions, count in counts.items():
            key = tuple(sorted(space.indices(actions)))
            seen[key] = seen.get(key, 0) + count
        kept = sorted(seen, key=lambda key: (-seen[key], key))[:most]
        members = np.zeros((len(kept), len(space)), np.bool_)
        for row, key in zip(members, kept, strict=True):
            row[list(key)] = True
        return cls(members, np.array([seen[key] for key in kept], np.int64), weight)

    def most_probable(self, probabilities: NDArray[Any]) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Return the bits of the most probable set, (..., A), and its probability among the sets, (...).

        Args:
            probabilities: of the actions, independently, (..., A).
        """
        clipped = np.clip(np.asarray(probabilities, np.float64), _SUREST, 1 - _SUREST)
        scores = (np.log(clipped) - np.log1p(-clipped)) @ self._columns + self._priors
        best = scores.argmax(-1)
        shares = np.exp(scores - scores.max(-1, keepdims=True)).sum(-1)
        return self.members[best], 1 / shares

    def to_json(self, space: ActionSpace) -> dict[str, Any]:
        """Return the sets as plain values."""
        sets = [list(space.actions(row)) for row in self.members]
        return {"weight": self.weight, "sets": sets, "counts": self.counts.tolist()}

    @classmethod
    def from_json(cls, values: Mapping[str, Any], space: ActionSpace) -> KnownSets:
        """Make the sets that `to_json` described."""
        sets: Sequence[Sequence[str]] = values["sets"]
        counts = {tuple(actions): count for actions, count in zip(sets, values["counts"], strict=True)}
        return cls.of(counts, space, values["weight"])
