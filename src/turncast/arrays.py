"""Dialogues as padded arrays: (N, T, F) features, (N, T, A) actions, and which turns are real."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from turncast.dialogue import Dialogue, Fact, Turn
from turncast.errors import ArgumentError, with_article

_SHAPES_X = "give (num_seq, seq_len, num_feature), or a list of (seq_len, num_feature) arrays"
_SHAPES_Y = "give bits of shape (num_seq, seq_len, num_actions), or ids of shape (num_seq, seq_len)"
_PADDING = "give mask (num_seq, seq_len) or lengths (num_seq,), which say what is padding"
_MAX_ACTIONS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Arrays:
    """Checked arrays of N dialogues, T turns, F features and A actions.

    Attributes:
        x: the features, (N, T, F).
        y: the actions: bits (N, T, A), or ids (N, T).
        real: which turns are real and not padding, (N, T).
        feature_names: the names of the features.
        action_names: the names of the actions.
        numbers: the indices of the features that are numbers and no bits.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    real: NDArray[np.bool_]
    feature_names: tuple[str, ...]
    action_names: tuple[str, ...]
    numbers: tuple[int, ...]

    @classmethod
    def checked(
        cls,
        x: Any,
        y: Any,
        mask: Any = None,
        lengths: Any = None,
        feature_names: Iterable[str] | None = None,
        action_names: Iterable[str] | None = None,
    ) -> Arrays:
        """Return the arrays; see `Corpus.from_arrays` for the arguments and the errors."""
        x, of_list = _array("x", x)
        y, _ = _array("y", y)
        _check_shapes(x, y)
        actions = None if action_names is None else _names("action_names", action_names)
        real = _real_turns(x, y, mask, lengths if lengths is not None or mask is not None else of_list)
        _check_finite("x", x, real)
        _check_finite("y", y, real)
        size = _num_actions(y, real, None if actions is None else len(actions))
        features = [f"x{index}" for index in range(x.shape[2])] if feature_names is None else feature_names
        actions = actions or tuple(str(index) for index in range(size))
        numbers = np.flatnonzero(((x != 0) & (x != 1) & real[..., None]).any((0, 1))) if x.size else ()
        arrays = cls(x, y, real, _names("feature_names", features), actions, tuple(map(int, numbers)))
        for argument, names, count in (
            ("feature_names", arrays.feature_names, x.shape[2]),
            ("action_names", arrays.action_names, size),
        ):
            if len(names) != count:
                raise ArgumentError(
                    argument, f"there are {len(names)} names for {count}", "give one for each"
                )
        return arrays

    @property
    def about_numbers(self) -> str:
        """What is done with the features that are numbers, in a sentence."""
        names = [self.feature_names[index] for index in self.numbers[:5]]
        more = ", ..." if len(self.numbers) > len(names) else ""
        return (
            f"features: {len(self.numbers)} of {len(self.feature_names)} are numbers and no bits "
            f"({', '.join(names)}{more}), whose values training sorts into buckets (setting 'buckets')"
        )

    def dialogues(self, name: str, skipped: Counter[str]) -> Iterator[Dialogue]:
        """Yield the dialogues, named `name:0`, `name:1` ...; count those without a real turn."""
        numbers = set(self.numbers)
        for index, real in enumerate(self.real):
            turns = [
                Turn(actions=self._actions(index, turn), facts=self._facts(index, turn, numbers))
                for turn in np.flatnonzero(real).tolist()
            ]
            if turns:
                yield Dialogue(f"{name}:{index}", tuple(turns))
            else:
                skipped["dialogue without a real turn"] += 1

    def _actions(self, index: int, turn: int) -> tuple[str, ...]:
        actions = [int(self.y[index, turn])] if self.y.ndim == 2 else np.flatnonzero(self.y[index, turn])
        return tuple(self.action_names[action] for action in actions)

    def _facts(self, index: int, turn: int, numbers: set[int]) -> dict[str, Fact]:
        row = self.x[index, turn]
        features = sorted({*np.flatnonzero(row).tolist(), *numbers})
        return {
            self.feature_names[feature]: row[feature].item() if feature in numbers else True
            for feature in features
        }


def _array(argument: str, given: Any) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """Return an array of bits or numbers, and the lengths of a list of arrays of different lengths."""
    lengths = None
    if isinstance(given, list | tuple) and given:
        parts = [np.asarray(part) for part in given] if all(_has_length(part) for part in given) else []
        if parts and all(part.ndim for part in parts) and len({len(part) for part in parts}) > 1:
            lengths = np.array([len(part) for part in parts])
            if len({part.shape[1:] for part in parts}) > 1:
                raise ArgumentError(argument, "its arrays have different widths", "give all the same width")
            padded = np.zeros((len(parts), lengths.max(), *parts[0].shape[1:]), np.result_type(*parts))
            for row, part in zip(padded, parts, strict=True):
                row[: len(part)] = part
            given = padded
    try:
        array = np.asarray(given)
    except ValueError:
        raise ArgumentError(argument, "its lists have different lengths", _PADDING) from None
    if array.dtype.kind not in "biuf":
        kind = type(given).__name__
        raise ArgumentError(
            argument, f"it is {with_article(kind)} of {array.dtype}", "give an array of bits or numbers"
        )
    return array, lengths


def _has_length(part: Any) -> bool:
    try:
        return len(np.asarray(part)) >= 0
    except (TypeError, ValueError):
        return False


def _check_shapes(x: NDArray[Any], y: NDArray[Any]) -> None:
    if x.ndim != 3:
        raise ArgumentError("x", f"its shape is {x.shape}", _SHAPES_X)
    if y.ndim not in (2, 3) or y.shape[:2] != x.shape[:2]:
        raise ArgumentError("y", f"its shape is {y.shape}, and that of x {x.shape}", _SHAPES_Y)
    if 0 in x.shape[:2] or 0 in y.shape:
        raise ArgumentError("x" if 0 in x.shape[:2] else "y", "it is empty", "give at least one turn")


def _real_turns(x: NDArray[Any], y: NDArray[Any], mask: Any, lengths: Any) -> NDArray[np.bool_]:
    """Return which turns are real, (N, T)."""
    size, turns = x.shape[:2]
    if mask is not None and lengths is not None:
        raise ArgumentError("mask", "lengths are given too", "give mask or lengths")
    try:
        mask = None if mask is None else np.asarray(mask)
    except ValueError:
        raise ArgumentError("mask", "its lists have different lengths", _PADDING) from None
    if mask is not None and mask.ndim == 1:
        lengths = mask
    elif mask is not None:
        real = mask
        if real.shape != (size, turns) or real.dtype.kind not in "biuf" or not np.isin(real, (0, 1)).all():
            problem = f"it is an array {real.shape} of {real.dtype}"
            raise ArgumentError("mask", problem, f"give true and false of shape {(size, turns)}")
        real = np.asarray(real, bool)
        starts = np.diff(real.astype(np.int8), axis=1, prepend=0) == 1
        for row in np.flatnonzero(starts.sum(1) > 1):
            problem = f"the real turns of dialogue {row} have padding between them"
            raise ArgumentError("mask", problem, "put padding before or after the turns of a dialogue")
        return real
    if lengths is not None:
        counts = np.array(lengths, None if _has_length(lengths) else object)
        whole = counts.dtype.kind in "iuf" and counts.shape == (size,) and (counts == np.floor(counts)).all()
        if not whole or counts.min() < 0 or counts.max() > turns:
            raise ArgumentError(
                "lengths", f"they are {lengths!r}"[:80], f"give {size} numbers from 0 to {turns}"
            )
        return np.asarray(np.arange(turns) < counts[:, None])
    _refuse_padding(x, y)
    return np.ones((size, turns), bool)


def _refuse_padding(x: NDArray[Any], y: NDArray[Any]) -> None:
    """Refuse arrays without a mask in which dialogues begin or end with turns that look like padding."""
    flat = y[..., None] if y.ndim == 2 else y
    empty = ~(np.nan_to_num(x) != 0).any(2) & ~(np.nan_to_num(flat) > 0).any(
        2
    )  # -1 is a usual padding of ids
    blank = np.isnan(x).all(2) if x.dtype.kind == "f" and x.shape[2] else np.zeros_like(empty)
    odd = empty | blank
    rows = np.flatnonzero((odd[:, 0] | odd[:, -1]) & ~odd.all(1))
    if len(rows) and x.shape[1] > 1:
        problem = f"{len(rows)} dialogues begin or end with turns without a bit, such as dialogue {rows[0]}"
        raise ArgumentError("mask", problem, f"{_PADDING} (where nothing is: mask=np.ones({odd.shape}))")


def _check_finite(argument: str, array: NDArray[Any], real: NDArray[np.bool_]) -> None:
    if array.dtype.kind != "f":
        return
    wrong = np.argwhere(~np.isfinite(array) & (real[..., None] if array.ndim == 3 else real))
    if len(wrong):
        place = ", ".join(map(str, wrong[0]))
        problem = f"{argument}[{place}] is {array[tuple(wrong[0])]}"
        raise ArgumentError(argument, problem, "give finite numbers, and name padding by mask or lengths")


def _num_actions(y: NDArray[Any], real: NDArray[np.bool_], num_names: int | None) -> int:
    """Return A, the number of actions; raise for values that are no bits or ids."""
    if y.ndim == 3:
        wrong = np.argwhere((y != 0) & (y != 1) & real[..., None])
        if len(wrong):
            value = y[tuple(wrong[0])]
            cure = "give 0 and 1; for probabilities y > 0.5, for ids y of shape (num_seq, seq_len)"
            raise ArgumentError(
                "y", f"y[{', '.join(map(str, wrong[0]))}] is {value}, which is not a bit", cure
            )
        return int(y.shape[2])
    size = num_names or (int(y[real].max()) + 1 if real.any() else 1)
    wrong = np.argwhere(((y < 0) | (y != np.floor(y)) | (y >= size)) & real)
    if len(wrong):
        problem = f"y[{', '.join(map(str, wrong[0]))}] is {y[tuple(wrong[0])]}"
        cure = f"give ids from 0 to {size - 1}, and name padding by mask or lengths"
        raise ArgumentError("y", problem, cure)
    if size > _MAX_ACTIONS:
        raise ArgumentError(
            "y", f"the highest id is {size - 1}", f"number up to {_MAX_ACTIONS:,} actions from 0"
        )
    return size


def _names(argument: str, given: Iterable[str]) -> tuple[str, ...]:
    names = (given,) if isinstance(given, str) else tuple(given)
    wrong = next((name for name in names if not isinstance(name, str) or not name), None)
    if isinstance(given, str) or wrong is not None:
        raise ArgumentError(argument, f"it has {given if wrong is None else wrong!r}", "give a list of names")
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise ArgumentError(argument, f"{twice[0]!r} is given twice", "give different names")
    return tuple(str(name) for name in names)
