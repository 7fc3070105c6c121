"""Distributions of settings: whole numbers, real numbers, or a few values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol


class Distribution(Protocol):
    """A distribution of a setting; its text has the form that `--space` takes."""

    def draw(self, trial: Any, name: str) -> Any:
        """Return a value for the setting `name`, drawn by a trial of Optuna."""
        ...

    def __contains__(self, value: object) -> bool:
        """Return whether a value can be drawn."""
        ...


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `low` to `high`, both included.

    Args:
        low: the minimum.
        high: the maximum.
        step: only `low`, `low + step`, ... are drawn; with `log` it is 1.
        log: the values are uniform on a logarithmic scale.

    >>> str(Whole(32, 256, step=32)), 64 in Whole(32, 256, step=32), 65 in Whole(32, 256, step=32)
    ('32..256..32', True, False)
    """

    low: int
    high: int
    step: int = 1
    log: bool = False

    def draw(self, trial: Any, name: str) -> int:
        """Return a whole number."""
        return int(trial.suggest_int(name, self.low, self.high, step=self.step, log=self.log))

    def __contains__(self, value: object) -> bool:
        """Return whether a value is one of the numbers."""
        return isinstance(value, int) and value in range(self.low, self.high + 1, self.step)

    def __str__(self) -> str:
        """Return the range, with its step where that is not 1."""
        return f"{self.low}..{self.high}" + (f"..{self.step}" if self.step > 1 else "")


@dataclass(frozen=True, slots=True)
class Real:
    """A number from `low` to `high`.

    Args:
        low: the minimum.
        high: the maximum.
        log: the values are uniform on a logarithmic scale.

    >>> str(Real(0.001, 0.01, log=True)), 0.5 in Real(0.0, 0.4)
    ('0.001..0.01', False)
    """

    low: float
    high: float
    log: bool = False

    def draw(self, trial: Any, name: str) -> float:
        """Return a number with three significant digits; more would not matter, and are hard to read."""
        drawn = trial.suggest_float(name, self.low, self.high, log=self.log)
        return min(max(float(f"{drawn:.3g}"), self.low), self.high)

    def __contains__(self, value: object) -> bool:
        """Return whether a value lies in the range."""
        return isinstance(value, int | float) and self.low <= value <= self.high

    def __str__(self) -> str:
        """Return the range."""
        return f"{self.low:g}..{self.high:g}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few values.

    >>> str(Choice(("lstm", "gru")))
    'lstm,gru'
    """

    values: Sequence[bool | int | float | str]

    def draw(self, trial: Any, name: str) -> bool | int | float | str:
        """Return one of the values."""
        drawn: bool | int | float | str = trial.suggest_categorical(name, tuple(self.values))
        return drawn

    def __contains__(self, value: object) -> bool:
        """Return whether a value is one of them."""
        return value in self.values

    def __str__(self) -> str:
        """Return the values, with commas between them."""
        return ",".join(str(value) for value in self.values)
