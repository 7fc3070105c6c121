"""What is seen of a search while it runs: a line a trial; on a terminal also how the next one fares."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.status import Status

from turncast.search.trial import Trial


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a search stands.

    Attributes:
        number: of the trial under way, counted from 1.
        total: how many there are to be; None where the time alone decides.
        best: accuracy of the best trial so far, None before there is one.
        seconds_left: about; None where it cannot be told yet.

    >>> str(Standing(3, 20, 0.75, 250.0)), str(Standing(1, None, None, None))
    ('best 75.00%  4 min left', '')
    """

    number: int
    total: int | None
    best: float | None
    seconds_left: float | None

    @property
    def trial(self) -> str:
        """Which trial it is, and of how many."""
        return f"trial {self.number}" if self.total is None else f"trial {self.number}/{self.total}"

    def __str__(self) -> str:
        """Return the best so far, and the time left."""
        best = "" if self.best is None else f"best {self.best:.2%}"
        return f"{best}  {_duration(self.seconds_left)}".strip()


class Progress(Protocol):
    """What a search tells."""

    def begin(self, standing: Standing) -> None:
        """Say which trial begins."""
        ...

    def epoch(self, standing: Standing, accuracy: float, epochs: int) -> None:
        """Say how the trial under way fares after so many epochs."""
        ...

    def trial(self, standing: Standing, trial: Trial) -> None:
        """Say what a trial came to."""
        ...

    def end(self) -> None:
        """Say that the search is over."""
        ...


class PlainProgress:
    """A line a trial.

    >>> progress = PlainProgress(sys.stdout)
    >>> progress.trial(Standing(3, 20, 0.75, 250.0), Trial({"units": 64}, "done", 0.7, 1.1, 8, 12.0))
    trial 3/20  dev 70.00%  8 epochs  12 s  best 75.00%  4 min left
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def begin(self, standing: Standing) -> None:
        """Show nothing."""

    def epoch(self, standing: Standing, accuracy: float, epochs: int) -> None:
        """Show nothing."""

    def trial(self, standing: Standing, trial: Trial) -> None:
        """Print the trial's line."""
        print(trial_line(standing, trial), file=self._file, flush=True)

    def end(self) -> None:
        """Show nothing."""


class RichProgress:
    """The same lines, and below them how the trial under way fares."""

    def __init__(self, console: Console) -> None:
        self._console, self._status = console, Status("", console=console)

    def begin(self, standing: Standing) -> None:
        """Show which trial it is."""
        self._status.update(f"{standing.trial}  compiling ...  {standing}")
        self._status.start()

    def epoch(self, standing: Standing, accuracy: float, epochs: int) -> None:
        """Show how the trial fares."""
        self._status.update(f"{standing.trial}  epoch {epochs}  dev {accuracy:.2%}  {standing}")

    def trial(self, standing: Standing, trial: Trial) -> None:
        """Print the trial's line above."""
        self._console.print(trial_line(standing, trial), highlight=False, markup=False)

    def end(self) -> None:
        """Take the last line away."""
        self._status.stop()


def progress_for(file: TextIO | None = None) -> Progress:
    """Return a live line where the file (stderr) is a terminal, plain lines elsewhere."""
    file = file or sys.stderr
    console = Console(file=file)
    return RichProgress(console) if console.is_terminal else PlainProgress(file)


def trial_line(standing: Standing, trial: Trial) -> str:
    """Return a trial's line."""
    if trial.fate == "failed":
        return f"{standing.trial}  failed: {trial.reason}"
    pruned = "  pruned" if trial.fate == "pruned" else ""
    return (
        f"{standing.trial}  dev {trial.dev_turn_accuracy:.2%}  {trial.epochs} epochs  {trial.seconds:.0f} s"
        f"{pruned}  {standing}"
    )


def _duration(seconds: float | None) -> str:
    if not seconds:
        return ""
    return f"{seconds:.0f} s left" if seconds < 90 else f"{seconds / 60:.0f} min left"
