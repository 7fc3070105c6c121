"""A process that keeps one core busy while it is switched on."""

from __future__ import annotations

import signal
import subprocess
import sys
from types import TracebackType

_PROGRAM = "while True: pass"


class LoadProcess:
    """Keeps one core busy between `resume` and `pause`; the system chooses the core."""

    def __init__(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-c", _PROGRAM])
        self.pause()

    def __enter__(self) -> LoadProcess:
        """Return the process, paused."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Kill the process."""
        self._process.kill()
        self._process.wait()

    def resume(self) -> None:
        """Keep a core busy."""
        self._process.send_signal(signal.SIGCONT)

    def pause(self) -> None:
        """Leave the core to others."""
        self._process.send_signal(signal.SIGSTOP)
