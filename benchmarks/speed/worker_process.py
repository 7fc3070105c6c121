"""The parent's side of a worker: starts the process and asks it over its standard streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import ROOT
from benchmarks.speed.rounds import Round


class ContenderFailed(Exception):
    """A contender cannot go on; the message says why."""


_COMPILATION_CACHES = ("JAX_COMPILATION_CACHE", "JAX_PERSISTENT_CACHE")


class WorkerProcess:
    """One contender in a process of its own.

    Args:
        runner: the contender's class, `module:Class`.
        folder: the folder of the task.
        environment: variables for the process. Variables about JAX's compilation cache are not inherited.
    """

    def __init__(self, runner: str, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder.resolve()
        self._stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in __exit__
        command = [sys.executable, "-m", "benchmarks.speed.worker", runner, str(self._folder)]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            text=True,
            env=_inherited_environment() | environment,
            cwd=ROOT,
        )

    def __enter__(self) -> WorkerProcess:
        """Return the worker."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        if error is not None:
            self._process.kill()
        self._process.communicate()
        self._stderr.close()

    def ask(self, request: str, **parameters: str) -> dict[str, Any]:
        """Return the answer to a request.

        Raises:
            ContenderFailed: where the process has ended, or reports a failure.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"request": request, **parameters}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise ContenderFailed(f"its process ended during {request!r}: {self._last_line_of_stderr()}")
        answer: dict[str, Any] = json.loads(line)
        if reason := answer.get("missing") or answer.get("failed"):
            raise ContenderFailed(reason)
        return answer

    def outputs(self, name: str) -> tuple[NDArray[np.float32], list[float]]:
        """Return the outputs of the network, and the losses of two more training steps."""
        path = self._folder / f"{name}.npy"
        losses = self.ask("outputs", to=str(path))["losses"]
        return np.load(path), losses

    def round(self) -> Round:
        """Run one round and return its times."""
        return Round(**self.ask("round"))

    def _last_line_of_stderr(self) -> str:
        self._stderr.seek(0)
        lines = [line for line in self._stderr.read().splitlines() if line.strip()]
        return lines[-1] if lines else "it printed no error"


def _inherited_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_COMPILATION_CACHES)}
