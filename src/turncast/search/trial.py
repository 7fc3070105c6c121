"""A trial: settings that were tried, and how they fared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Trial:
    """Settings that were tried, and how they fared on the dev part.

    Attributes:
        settings: those that were drawn; the others are fixed, or have their defaults.
        fate: `done`; `pruned`, where it fell behind the others and was given up; `failed`, as a training
            whose loss becomes infinite does.
        dev_turn_accuracy: of the best epoch, the mean of the seeds; of a pruned trial, of those it had.
        dev_loss: of the same epochs.
        epochs: of all seeds together.
        seconds: that it took.
        reason: why it failed.

    >>> better, worse = Trial({"units": 64}, "done", 0.9, 0.3), Trial({"units": 32}, "done", 0.9, 0.4)
    >>> max(worse, better, key=lambda trial: trial.merit).settings
    {'units': 64}
    """

    settings: Mapping[str, Any]
    fate: Literal["done", "pruned", "failed"]
    dev_turn_accuracy: float = 0.0
    dev_loss: float = 0.0
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def merit(self) -> tuple[float, float]:
        """What is compared: the turns that are right, and among equals the loss."""
        return self.dev_turn_accuracy, -self.dev_loss

    def to_json(self) -> dict[str, Any]:
        """Return the trial as plain values."""
        return asdict(self)
