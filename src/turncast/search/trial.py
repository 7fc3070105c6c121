"""A trial: the settings that were tried, and their metrics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Trial:
    """Settings that were tried, and their metrics on the dev part.

    Attributes:
        settings: the drawn settings; the others are fixed, or have their defaults.
        status: `done`; `pruned`, where it was stopped as worse than the median of the others; `failed`, for
            example where the loss becomes infinite.
        dev_turn_accuracy: of the best epoch, as the mean of the seeds (so far, if pruned).
        dev_loss: of the same epochs.
        epochs: the number of epochs of all seeds together.
        seconds: the time that it took.
        reason: why it failed.

    >>> better, worse = Trial({"units": 64}, "done", 0.9, 0.3), Trial({"units": 32}, "done", 0.9, 0.4)
    >>> max(worse, better, key=lambda trial: trial.merit).settings
    {'units': 64}
    """

    settings: Mapping[str, Any]
    status: Literal["done", "pruned", "failed"]
    dev_turn_accuracy: float = 0.0
    dev_loss: float = 0.0
    epochs: int = 0
    seconds: float = 0.0
    reason: str = ""

    @property
    def merit(self) -> tuple[float, float]:
        """The key that trials are compared by: accuracy, and among equals the loss."""
        return self.dev_turn_accuracy, -self.dev_loss

    def to_json(self) -> dict[str, Any]:
        """Return the trial as values for JSON."""
        return asdict(self)
