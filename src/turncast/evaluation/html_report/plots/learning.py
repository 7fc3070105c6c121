"""Learning curves: loss and accuracy by epoch."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from turncast.evaluation.html_report.plots.axes import in_percent
from turncast.evaluation.html_report.svg import FAINT, FIRST, SECOND, plot

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_POINTS, _DOTTED = 400, 30


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """The metrics of E epochs of a training; NaN where an epoch has no such metric.

    Attributes:
        epochs: E, the numbers of the epochs, from 1.
        loss: E, loss on the training part.
        dev_loss: E, loss on the dev part.
        dev_turn_accuracy: E, turn accuracy on the dev part, from 0 to 1.
        best: the epoch whose weights the model has; None where this is not recorded.
    """

    epochs: tuple[int, ...]
    loss: tuple[float, ...]
    dev_loss: tuple[float, ...]
    dev_turn_accuracy: tuple[float, ...]
    best: int | None

    @classmethod
    def from_records(cls, records: Sequence[Mapping[str, Any]]) -> LearningCurve:
        """Return the curve of one training, given a record for each epoch."""

        def numbers(figure: str) -> tuple[float, ...]:
            return tuple(_number(one.get(figure)) for one in records)

        best = [one["epoch"] for one in records if one.get("best")]
        epochs = tuple(one["epoch"] for one in records)
        last = best[-1] if best else None
        return cls(epochs, numbers("loss"), numbers("dev_loss"), numbers("dev_turn_accuracy"), last)

    @property
    def has_dev(self) -> bool:
        """Whether any epoch has an accuracy on a dev part."""
        return any(map(math.isfinite, self.dev_turn_accuracy))

    def thinned(self, points: int) -> LearningCurve:
        """Return the curve with every n-th epoch, so that it has at most `points` epochs."""
        step = max(1, math.ceil(len(self.epochs) / max(1, points)))
        rows = (self.loss, self.dev_loss, self.dev_turn_accuracy)
        loss, dev_loss, accuracy = (row[::step] for row in rows)
        return LearningCurve(self.epochs[::step], loss, dev_loss, accuracy, self.best)


def curves_from_metrics(metrics: Iterable[Mapping[str, Any]]) -> tuple[LearningCurve, ...]:
    """Return the learning curves in a model's `metrics.jsonl`: one for each member of the ensemble.

    >>> [curve] = curves_from_metrics([{"epoch": 1, "loss": 2.0, "best": True}, {"epoch": 2, "loss": 1.5}])
    >>> curve.epochs, curve.loss, curve.best, curve.has_dev
    ((1, 2), (2.0, 1.5), 1, False)
    >>> metrics = [{"member": 1, "epoch": 1, "loss": 2.0}, {"member": 2, "epoch": 1, "loss": 2.1}]
    >>> len(curves_from_metrics(metrics))
    2
    """
    members: dict[Any, list[Mapping[str, Any]]] = {}
    for one in metrics:
        if isinstance(one.get("epoch"), int):
            members.setdefault(one.get("member"), []).append(one)
    return tuple(map(LearningCurve.from_records, members.values()))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def accuracy_plot(curves: Sequence[LearningCurve]) -> Markup:
    """Return the plot of the accuracy on the dev part, by epoch."""

    def draw(axes: Axes, curve: LearningCurve, **style: Any) -> None:
        axes.plot(curve.epochs, curve.dev_turn_accuracy, color=FIRST, **style)
        in_percent(axes.yaxis)

    first, last = curves[0].dev_turn_accuracy[0], curves[0].dev_turn_accuracy[-1]
    return _plot("accuracy", f"Right on the dev part: from {first:.1%} to {last:.1%}", curves, draw)


def loss_plot(curves: Sequence[LearningCurve]) -> Markup:
    """Return the plot of the loss on the training part and, where there is one, on the dev part, by epoch."""

    def draw(axes: Axes, curve: LearningCurve, **style: Any) -> None:
        axes.plot(curve.epochs, curve.loss, color=SECOND, linestyle="--", label="training", **style)
        if curve.has_dev:
            axes.plot(curve.epochs, curve.dev_loss, color=FIRST, label="dev", **style)
        if not axes.get_legend():  # one legend serves the lines of all members
            axes.legend(loc="upper right")

    first, last = curves[0].loss[0], curves[0].loss[-1]
    return _plot("loss", f"Loss in training: from {first:.3f} to {last:.3f}", curves, draw)


def _plot(name: str, label: str, curves: Sequence[LearningCurve], draw: Callable[..., None]) -> Markup:
    """Return the plot of one training, or of all members of an ensemble in paler lines."""
    single = len(curves) == 1

    def draw_all(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        axes = figure.subplots()
        for curve in curves:
            marker = "o" if single and len(curve.epochs) <= _DOTTED else ""
            draw(axes, curve.thinned(_MOST_POINTS // len(curves)), marker=marker, alpha=1 if single else 0.6)
        if single and curves[0].best is not None:
            axes.axvline(curves[0].best, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))
        axes.set_xlabel("epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))

    member = "" if single else f", the first of {len(curves)} members"
    return plot(name, f"{label} in {len(curves[0].epochs):,} epochs{member}.", draw_all, height=220)
