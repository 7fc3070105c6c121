"""Indices of names: `Vocabulary` for words and values, `ActionSpace` for actions and their bits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.errors import UnknownAction


class Vocabulary:
    """A frozen bijection name <-> index. Every unknown name has the index after the last known one.

    Args:
        names: the known names, in order of their index; each once.

    >>> words = Vocabulary(["hello", "table"])
    >>> words.index("table"), words.index("spaceship"), words.name(0)
    (1, 2, 'hello')
    >>> len(words), words.unknown
    (2, 2)
    """

    __slots__ = ("_indices", "_names")

    def __init__(self, names: Iterable[str]) -> None:
        self._names = tuple(names)
        self._indices = {name: index for index, name in enumerate(self._names)}
        if len(self._indices) != len(self._names):
            raise ValueError("a vocabulary holds each name once")

    @classmethod
    def from_counts(
        cls, counts: Mapping[str, int], min_count: int = 1, max_size: int | None = None
    ) -> Vocabulary:
        """Return the vocabulary of names with a count of at least `min_count`, by count, then by name.

        >>> list(Vocabulary.from_counts({"b": 2, "a": 2, "c": 1, "d": 5}, min_count=2))
        ['d', 'a', 'b']
        """
        frequent = (name for name, count in counts.items() if count >= min_count)
        return cls(sorted(frequent, key=lambda name: (-counts[name], name))[:max_size])

    def index(self, name: str) -> int:
        """Return the index of a name, or `unknown`."""
        return self._indices.get(name, len(self._names))

    def indices(self, names: Iterable[str]) -> list[int]:
        """Return the index of each name; an unknown name has the index `unknown`."""
        index, unknown = self._indices.get, len(self._names)
        return [index(name, unknown) for name in names]

    def name(self, index: int) -> str:
        """Return the name at an index."""
        return self._names[index]

    def names(self, indices: Iterable[int]) -> list[str]:
        """Return the name at each index."""
        return [self._names[index] for index in indices]

    def extend(self, names: Iterable[str]) -> Vocabulary:
        """Return a vocabulary of these names at the same indices, and after them the names that are new.

        >>> list(Vocabulary(["tea", "big"]).extend(["cake", "tea"]))
        ['tea', 'big', 'cake']
        """
        return Vocabulary(dict.fromkeys((*self, *names)))

    @property
    def unknown(self) -> int:
        """The index of every unknown name."""
        return len(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._indices

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._names == getattr(other, "_names", None)

    def __hash__(self) -> int:
        return hash((type(self), self._names))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} names)"


class ActionSpace(Vocabulary):
    """The actions that a policy can take, and their conversion to bits and back.

    Args:
        names: the actions in order of their index.
        multi: whether a turn may take several actions (multi-label); otherwise it takes exactly one.
        may_be_empty: whether the system may do nothing at a turn (with `multi`).

    >>> space = ActionSpace(["greet", "ask_area", "goodbye"], multi=True)
    >>> space.bits(["goodbye", "greet"])
    array([1, 0, 1], dtype=uint8)
    >>> space.actions(space.bits(["goodbye", "greet"]))
    ('greet', 'goodbye')
    """

    __slots__ = ("may_be_empty", "multi")

    def __init__(self, names: Iterable[str], *, multi: bool = False, may_be_empty: bool = False) -> None:
        super().__init__(names)
        self.multi, self.may_be_empty = multi, may_be_empty

    def bits(self, actions: Iterable[str]) -> NDArray[np.uint8]:
        """Return the actions as a bit vector of shape (A,).

        Raises:
            UnknownAction: for an action that is not in the space.
        """
        bits = np.zeros(len(self), np.uint8)
        for action in actions:
            if action not in self:
                raise UnknownAction(action, self)
            bits[self.index(action)] = 1
        return bits

    def actions(self, bits: NDArray[Any]) -> tuple[str, ...]:
        """Return the actions whose bits are set, of shape (A,), in order of index."""
        return tuple(self.name(int(index)) for index in np.flatnonzero(bits))

    def decide(
        self, probabilities: NDArray[Any], thresholds: float | NDArray[Any] = 0.5
    ) -> NDArray[np.bool_]:
        """Return the bits of the actions to take, of the same shape as the probabilities, (..., A).

        Without `multi`, the most probable action. With `multi`, the actions that reach the threshold, which
        is one number or one per action, (A,); if none does, the most probable, unless `may_be_empty`.

        >>> space = ActionSpace(["greet", "ask_area"], multi=True)
        >>> space.decide(np.array([[0.7, 0.6], [0.2, 0.4]], np.float32)).astype(int).tolist()
        [[1, 1], [0, 1]]
        """
        best: NDArray[np.bool_] = np.arange(len(self)) == probabilities.argmax(-1, keepdims=True)
        if not self.multi:
            return best
        taken: NDArray[np.bool_] = probabilities >= thresholds
        if self.may_be_empty:
            return taken
        return taken | (best & ~taken.any(-1, keepdims=True))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, ActionSpace)
            and super().__eq__(other)
            and (self.multi, self.may_be_empty) == (other.multi, other.may_be_empty)
        )

    def __hash__(self) -> int:
        return hash((super().__hash__(), self.multi, self.may_be_empty))


def join_actions(actions: Iterable[str]) -> str:
    """Return the actions of a turn as one text.

    >>> join_actions(["greet", "ask_size"]), join_actions([])
    ('greet + ask_size', '(nothing)')
    """
    return " + ".join(actions) or "(nothing)"
