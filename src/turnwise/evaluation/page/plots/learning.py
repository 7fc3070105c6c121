"""How the policy learned, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from turnwise.evaluation.page.plots.axes import in_percent
from turnwise.evaluation.page.svg import FAINT, FIRST, SECOND, plot

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_EPOCHS, _DOTTED = 400, 30


@dataclass(frozen=True, slots=True)
class Curve:
    """E epochs of a training; what was not measured in one is not a number.

    Attributes:
        epochs: E, from 1.
        loss: E, on the training part.
        dev_loss: E, on the dev part.
        dev_turn_accuracy: E, from 0 to 1.
        best: the epoch whose weights were kept; None where that is not recorded.
        all_epochs: how many there were before they were thinned.

    >>> curve = Curve.of([{"epoch": 1, "loss": 2.0, "dev_turn_accuracy": 0.5, "best": True}, {"no": "epoch"}])
    >>> curve.epochs, curve.loss, curve.best, curve.all_epochs
    ((1,), (2.0,), 1, 1)
    """

    epochs: tuple[int, ...]
    loss: tuple[float, ...]
    dev_loss: tuple[float, ...]
    dev_turn_accuracy: tuple[float, ...]
    best: int | None
    all_epochs: int

    @classmethod
    def of(cls, metrics: Iterable[Mapping[str, Any]]) -> Curve:
        """Return the curve of a model's `metrics.jsonl`; of very many epochs each second, third and so on."""
        records = [one for one in metrics if isinstance(one, Mapping) and isinstance(one.get("epoch"), int)]
        best = [one["epoch"] for one in records if one.get("best")]
        shown = records[:: max(1, math.ceil(len(records) / _MOST_EPOCHS))]

        def numbers(figure: str) -> tuple[float, ...]:
            return tuple(_number(one.get(figure)) for one in shown)

        return cls(
            tuple(one["epoch"] for one in shown),
            numbers("loss"),
            numbers("dev_loss"),
            numbers("dev_turn_accuracy"),
            best[-1] if best else None,
            len(records),
        )

    @property
    def has_dev(self) -> bool:
        """Whether any epoch was judged on a dev part."""
        return any(map(math.isfinite, self.dev_turn_accuracy))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def accuracy_plot(curve: Curve) -> Markup:
    """Return the share of decisions that are right on the dev part, by epoch."""

    def draw(axes: Axes, marker: str) -> None:
        axes.plot(curve.epochs, curve.dev_turn_accuracy, color=FIRST, marker=marker)
        in_percent(axes.yaxis)

    first, last = curve.dev_turn_accuracy[0], curve.dev_turn_accuracy[-1]
    return _plot("accuracy", f"Right on the dev part: from {first:.1%} to {last:.1%}", curve, draw)


def loss_plot(curve: Curve) -> Markup:
    """Return the loss by epoch, on the training part and, where there is one, on the dev part."""

    def draw(axes: Axes, marker: str) -> None:
        axes.plot(curve.epochs, curve.loss, color=SECOND, marker=marker, linestyle="--", label="training")
        if curve.has_dev:
            axes.plot(curve.epochs, curve.dev_loss, color=FIRST, marker=marker, label="dev")
        axes.legend(loc="upper right")

    return _plot("loss", f"Loss in training: from {curve.loss[0]:.3f} to {curve.loss[-1]:.3f}", curve, draw)


def _plot(name: str, label: str, curve: Curve, draw: Callable[[Axes, str], None]) -> Markup:
    def draw_all(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        axes = figure.subplots()
        draw(axes, "o" if len(curve.epochs) <= _DOTTED else "")
        if curve.best is not None:
            axes.axvline(curve.best, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    kept = "" if curve.best is None else f"; the weights of epoch {curve.best} were kept"
    return plot(name, f"{label}, in {curve.all_epochs:,} epochs{kept}.", draw_all, height=220)
