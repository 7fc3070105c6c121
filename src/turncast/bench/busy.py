"""A process that keeps one core busy when it is told to."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import TracebackType

_PROGRAM = "while True: pass"


class BusyProcess:
    """Keeps a core busy between `go` and `rest`; the system chooses which core."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", _PROGRAM])  # noqa: S603  # our own program
        self.rest()

    def __enter__(self) -> BusyProcess:
        """Return the process, at rest."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def go(self) -> None:
        """Keep a core busy."""
        self._process.send_signal(signal.SIGCONT)

    def rest(self) -> None:
        """Leave the core to others."""
        self._process.send_signal(signal.SIGSTOP)
