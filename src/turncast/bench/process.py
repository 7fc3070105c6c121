"""The parent's side of a worker."""

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

from turncast.bench.round import Round


class Lost(Exception):
    """A contender cannot go on."""


_KEPT_COMPILED = ("JAX_COMPILATION_CACHE", "JAX_PERSISTENT_CACHE")


class Process:
    """A worker in a process of its own.

    Args:
        place: where the contender's class is, `module:Class`.
        folder: where the problem lies.
        environment: variables that are set for it. Where JAX keeps what it compiled is not handed on.
    """

    def __init__(self, place: str, folder: Path, environment: dict[str, str]) -> None:
        self._folder = folder
        self._said = tempfile.TemporaryFile("w+")  # noqa: SIM115  # closed in __exit__
        command = [sys.executable, "-m", "turncast.bench.worker", place, str(folder)]
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            env=_inherited() | environment,
        )

    def __enter__(self) -> Process:
        """Return the worker."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process."""
        if error is not None:
            self._process.kill()
        self._process.communicate()
        self._said.close()

    def ask(self, do: str, **more: str) -> dict[str, Any]:
        """Return the answer to a request.

        Raises:
            Lost: where there is none, or it tells of a failure.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise Lost(f"its process ended while it was asked for {do!r}: {self._last_words()}")
        answer: dict[str, Any] = json.loads(line)
        if why := answer.get("missing") or answer.get("failed"):
            raise Lost(why)
        return answer

    def outputs(self, name: str) -> tuple[NDArray[np.float32], list[float]]:
        """Return what the network answers, and the losses of two more steps."""
        path = self._folder / f"{name}.npy"
        losses = self.ask("outputs", to=str(path))["losses"]
        return np.load(path), losses

    def round(self) -> Round:
        """Return one round."""
        return Round(**self.ask("round"))

    def _last_words(self) -> str:
        self._said.seek(0)
        lines = [line for line in self._said.read().splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(_KEPT_COMPILED)}
