"""The progress of a search: a line per trial, and on a terminal the state of the trial under way."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.status import Status

from turncast.search.trial import Trial


@dataclass(frozen=True, slots=True)
class SearchStatus:
    """The status of a search.

    Attributes:
        number: the number of the trial under way, from 1.
        total: the number of trials to run; None where only the time limits it.
        best: dev accuracy of the best trial so far; None before the first.
        seconds_left: an estimate; None where there is none yet.

    >>> str(SearchStatus(3, 20, 0.75, 250.0)), str(SearchStatus(1, None, None, None))
    ('best 75.00%  4 min left', '')
    """

    number: int
    total: int | None
    best: float | None
    seconds_left: float | None

    @property
    def trial(self) -> str:
        """The number of the trial, and of how many."""
        return f"trial {self.number}" if self.total is None else f"trial {self.number}/{self.total}"

    def __str__(self) -> str:
        """Return the best accuracy so far, and the time left."""
        best = "" if self.best is None else f"best {self.best:.2%}"
        return f"{best}  {_duration(self.seconds_left)}".strip()


class SearchProgress(Protocol):
    """Shows how a search goes."""

    def begin(self, status: SearchStatus) -> None:
        """Called when a trial begins."""
        ...

    def epoch(self, status: SearchStatus, accuracy: float, epochs: int) -> None:
        """Called after each epoch with the mean dev accuracy of the seeds, and the epochs so far."""
        ...

    def trial(self, status: SearchStatus, trial: Trial) -> None:
        """Called when a trial ends."""
        ...

    def end(self) -> None:
        """Called when the search ends."""
        ...


class PlainSearchProgress:
    """Prints a line per trial.

    >>> progress = PlainSearchProgress(sys.stdout)
    >>> progress.trial(SearchStatus(3, 20, 0.75, 250.0), Trial({"units": 64}, "done", 0.7, 1.1, 8, 12.0))
    trial 3/20  dev 70.00%  8 epochs  12 s  best 75.00%  4 min left
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def begin(self, status: SearchStatus) -> None:
        """Show nothing."""

    def epoch(self, status: SearchStatus, accuracy: float, epochs: int) -> None:
        """Show nothing."""

    def trial(self, status: SearchStatus, trial: Trial) -> None:
        """Print the trial's line."""
        print(trial_line(status, trial), file=self._file, flush=True)

    def end(self) -> None:
        """Show nothing."""


class RichSearchProgress:
    """Prints the same lines, and below them the state of the trial under way."""

    def __init__(self, console: Console) -> None:
        self._console, self._status = console, Status("", console=console)

    def begin(self, status: SearchStatus) -> None:
        """Show the number of the trial."""
        self._status.update(f"{status.trial}  compiling ...  {status}")
        self._status.start()

    def epoch(self, status: SearchStatus, accuracy: float, epochs: int) -> None:
        """Show the accuracy so far."""
        self._status.update(f"{status.trial}  epoch {epochs}  dev {accuracy:.2%}  {status}")

    def trial(self, status: SearchStatus, trial: Trial) -> None:
        """Print the trial's line above the status."""
        self._console.print(trial_line(status, trial), highlight=False, markup=False)

    def end(self) -> None:
        """Remove the status."""
        self._status.stop()


def progress_for(file: TextIO | None = None) -> SearchProgress:
    """Return a live status where the file (stderr) is a terminal, plain lines elsewhere."""
    file = file or sys.stderr
    console = Console(file=file)
    return RichSearchProgress(console) if console.is_terminal else PlainSearchProgress(file)


def trial_line(status: SearchStatus, trial: Trial) -> str:
    """Return the line of a trial."""
    if trial.status == "failed":
        return f"{status.trial}  failed: {trial.reason}"
    pruned = "  pruned" if trial.status == "pruned" else ""
    return (
        f"{status.trial}  dev {trial.dev_turn_accuracy:.2%}  {trial.epochs} epochs  {trial.seconds:.0f} s"
        f"{pruned}  {status}"
    )


def _duration(seconds: float | None) -> str:
    if not seconds:
        return ""
    return f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left"
