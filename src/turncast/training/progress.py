"""The progress of a training: a live bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TextIO, cast

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichBar

from turncast.errors import ArgumentError, with_article

_INTERVAL = 0.1
"""Seconds between two updates of the bar."""


FirstLines = Callable[[], Iterable[str]]
"""Returns lines that are printed before the first network is trained."""


class Progress(Protocol):
    """Shows how a training goes."""

    def member(self, number: int, members: int) -> None:
        """Called before each of several networks, with its number from 1 and their total."""
        ...

    def begin(self, epochs: int, turns: int, done: int) -> None:
        """Called before the first epoch, with the most epochs, turns per epoch, and epochs done."""
        ...

    def advance(self, turns: int, loss: float) -> None:
        """Called after each batch, with its turns and its mean loss."""
        ...

    def epoch(self, record: dict[str, Any]) -> None:
        """Called after each epoch, with its record."""
        ...

    def end(self) -> None:
        """Called when the training of a network ends."""
        ...


class NoProgress:
    """Shows nothing."""

    def member(self, number: int, members: int) -> None:
        """Show nothing."""

    def begin(self, epochs: int, turns: int, done: int) -> None:
        """Show nothing."""

    def advance(self, turns: int, loss: float) -> None:
        """Show nothing."""

    def epoch(self, record: dict[str, Any]) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""


class PlainProgress(NoProgress):
    """Prints a line per epoch.

    >>> progress = PlainProgress(sys.stdout)
    >>> progress.begin(epochs=20, turns=100, done=0)
    >>> progress.epoch({"epoch": 1, "loss": 0.51, "dev_turn_accuracy": 0.75, "turns_per_second": 12000.0,
    ...                 "best": True})
    epoch  1/20  loss 0.5100  dev  75.00%  12,000 turns/s  best so far
    """

    def __init__(self, file: TextIO, first_lines: FirstLines = tuple) -> None:
        self._file, self._epochs, self._first_lines = file, 0, first_lines

    def _print_first_lines(self) -> None:
        for line in self._first_lines():
            print(line, file=self._file, flush=True)
        self._first_lines = tuple

    def member(self, number: int, members: int) -> None:
        """Print the number of the network."""
        self._print_first_lines()
        print(f"network {number} of {members}", file=self._file, flush=True)

    def begin(self, epochs: int, turns: int, done: int) -> None:  # noqa: ARG002
        """Print the first lines, and note the number of epochs."""
        self._print_first_lines()
        self._epochs = epochs

    def epoch(self, record: dict[str, Any]) -> None:
        """Print the epoch's line."""
        print(epoch_line(record, self._epochs), file=self._file, flush=True)


class CalledProgress(NoProgress):
    """Calls a function with the record of each epoch.

    Args:
        function: takes the record: `epoch`, `loss`, `dev_turn_accuracy` and more, as in `card.metrics`.
    """

    def __init__(self, function: Callable[[dict[str, Any]], object]) -> None:
        self._function = function

    def epoch(self, record: dict[str, Any]) -> None:
        """Call the function."""
        self._function(dict(record))


class RichProgress:
    """Prints the same lines, and below them a live bar with loss, turns per second and time left."""

    def __init__(self, console: Console, first_lines: FirstLines = tuple) -> None:
        self._bar = RichBar(
            TextColumn("epoch {task.fields[epoch]}/{task.fields[epochs]}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[loss]}  {task.fields[dev]}"),
            TextColumn("{task.fields[speed]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            TextColumn("left at most"),
            console=console,
            transient=True,
            refresh_per_second=4,
        )
        self._epochs, self._waiting, self._shown = 0, 0, 0.0
        self._first_lines = first_lines

    def _print_first_lines(self) -> None:
        for line in self._first_lines():
            self._bar.console.print(line, highlight=False, markup=False, soft_wrap=True)
        self._first_lines = tuple

    def member(self, number: int, members: int) -> None:
        """Print the number of the network."""
        self._print_first_lines()
        self._bar.console.print(f"network {number} of {members}", highlight=False)

    def begin(self, epochs: int, turns: int, done: int) -> None:
        """Print the first lines, and open the bar over all epochs."""
        self._print_first_lines()
        self._epochs = epochs
        for task in self._bar.task_ids:  # of the network before
            self._bar.remove_task(task)
        self._task = self._bar.add_task(
            "", total=epochs * turns, epoch=done + 1, epochs=epochs, loss="compiling ...", dev="", speed=""
        )
        self._bar.update(self._task, completed=done * turns)
        self._bar.start()

    def advance(self, turns: int, loss: float) -> None:
        """Move the bar, a few times per second: a step may take less time than an update."""
        self._waiting += turns
        if time.monotonic() - self._shown < _INTERVAL:
            return
        turns, self._waiting, self._shown = self._waiting, 0, time.monotonic()
        speed = self._bar.tasks[0].speed
        self._bar.update(
            self._task, advance=turns, loss=f"loss {loss:.4f}", speed=f"{speed:,.0f} turns/s" if speed else ""
        )

    def epoch(self, record: dict[str, Any]) -> None:
        """Print the epoch's line above the bar."""
        dev = f"dev {record['dev_turn_accuracy']:.2%}"
        self._bar.advance(self._task, self._waiting)
        self._waiting = 0
        self._bar.update(self._task, epoch=min(record["epoch"] + 1, self._epochs), dev=dev)
        self._bar.console.print(epoch_line(record, self._epochs), highlight=False)

    def end(self) -> None:
        """Remove the bar."""
        self._bar.advance(self._task, self._waiting)
        self._bar.stop()


def progress_for(file: TextIO | None = None, first_lines: FirstLines = tuple) -> Progress:
    """Return a live bar where the file (stderr) is a terminal, plain lines elsewhere.

    Args:
        file: where to print.
        first_lines: called when the training begins, for the lines to print first.
    """
    file = file or sys.stderr
    console = Console(file=file)
    return RichProgress(console, first_lines) if console.is_terminal else PlainProgress(file, first_lines)


def progress_of(given: object) -> Progress:
    """Return what shows a training, for the argument `progress` of `train`.

    Args:
        given: None shows it in a terminal and in a notebook, True everywhere, False nowhere. A function is
            called with the record of each epoch. A `Progress` is returned as it is.

    >>> progress_of([].append), progress_of(False)  # doctest: +ELLIPSIS
    (<turncast.training.progress.CalledProgress ...>, <turncast.training.progress.NoProgress ...>)

    Raises:
        ArgumentError: for anything else.
    """
    if given is None or given is True:
        if _in_notebook():
            return PlainProgress(sys.stdout)
        return progress_for() if given or Console(file=sys.stderr).is_terminal else NoProgress()
    if given is False:
        return NoProgress()
    if all(hasattr(given, name) for name in ("member", "begin", "advance", "epoch", "end")):
        return cast(Progress, given)
    if not callable(given):
        cure = "give True, False, or a function that takes the record of each epoch"
        raise ArgumentError("progress", f"it is {with_article(type(given).__name__)}", cure)
    return CalledProgress(given)


def _in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell is not None and hasattr(shell, "kernel")


def epoch_line(record: dict[str, Any], epochs: int) -> str:
    """Return the line of an epoch."""
    width = len(str(epochs))
    mark = "  best so far" if record["best"] else ""
    return (
        f"epoch {record['epoch']:>{width}}/{epochs}  loss {record['loss']:.4f}  "
        f"dev {record['dev_turn_accuracy']:>7.2%}  {record['turns_per_second']:,.0f} turns/s{mark}"
    )
