"""How the policy learned, epoch by epoch."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from turnwise.evaluation.page.plots.axes import in_percent
from turnwise.evaluation.page.svg import FAINT, FIRST, SECOND, plot

if TYPE_CHECKING:
    from markupsafe import Markup
    from matplotlib.figure import Figure

_MOST_EPOCHS = 400
_FIGURES = ("loss", "dev_loss", "dev_turn_accuracy")


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
        rows = ([_number(one.get(figure)) for one in shown] for figure in _FIGURES)
        epochs = tuple(one["epoch"] for one in shown)
        return cls(epochs, *map(tuple, rows), best[-1] if best else None, len(records))

    @property
    def has_dev(self) -> bool:
        """Whether any epoch was judged on a dev part."""
        return any(map(math.isfinite, self.dev_turn_accuracy))


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan


def learning_plot(curve: Curve) -> Markup:
    """Return the losses by epoch, and the accuracy on the dev part where there is one."""

    def draw(figure: Figure) -> None:
        from matplotlib.ticker import MaxNLocator

        rows = figure.subplots(1 + curve.has_dev, sharex=True, squeeze=False)[:, 0]
        marker = "o" if len(curve.epochs) <= 30 else ""
        if curve.has_dev:
            rows[0].plot(curve.epochs, curve.dev_turn_accuracy, color=FIRST, marker=marker)
            rows[0].set_title("right on the dev part")
            in_percent(rows[0].yaxis)
        rows[-1].plot(curve.epochs, curve.loss, color=SECOND, marker=marker, label="training")
        rows[-1].set_title("loss")
        rows[-1].set_xlabel("epoch")
        rows[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
        if curve.has_dev:
            rows[-1].plot(curve.epochs, curve.dev_loss, color=FIRST, marker=marker, linestyle="--", label="dev")
            rows[-1].legend()
        for axes in rows:
            if curve.best is not None:
                axes.axvline(curve.best, color=FAINT, linewidth=1, linestyle=(0, (3, 3)))

    return plot("learning", _said(curve), draw, height=280 if curve.has_dev else 200)


def _said(curve: Curve) -> str:
    """Return where the curve begins and where it ends, in words."""
    said = f"{curve.all_epochs:,} epochs. Training loss from {curve.loss[0]:.3f} to {curve.loss[-1]:.3f}."
    if curve.has_dev:
        first, last = curve.dev_turn_accuracy[0], curve.dev_turn_accuracy[-1]
        said += f" Right on the dev part from {first:.1%} to {last:.1%}."
    return said if curve.best is None else f"{said} The weights of epoch {curve.best} were kept."
