"""Run trainings in a process beside the server, one at a time."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from turncast.server.refusals import log_failure
from turncast.web.workspace import Workspace

Stage = Literal["starting", "training", "evaluating", "saving", "done", "failed", "cancelled"]
_MODULE = "turncast.web.retrain_process"


@dataclass(frozen=True, slots=True)
class RetrainStatus:
    """The progress of a training, and its outcome.

    Attributes:
        stage: what the training does now.
        epoch: the number of finished epochs.
        epochs: the largest number of epochs.
        done: the number of turns trained on so far, over all epochs.
        total: the largest number of turns to train on; 0 until they are counted.
        dev: the turn accuracy on the dev part after the last epoch.
        outcome: what `turncast.web.retrain_process.retrain` returned.
        problem: why the training failed, and what to do.
    """

    stage: Stage = "starting"
    epoch: int = 0
    epochs: int = 0
    done: int = 0
    total: int = 0
    dev: float | None = None
    outcome: dict[str, Any] | None = None
    problem: str = ""

    @property
    def is_running(self) -> bool:
        """Whether the training is running."""
        return self.stage in ("starting", "training", "evaluating", "saving")

    def updated(self, message: dict[str, Any]) -> RetrainStatus:
        """Return the status after a message of the training process.

        >>> RetrainStatus().updated({"stage": "training", "total": 40}).updated({"done": 10}).done
        10
        """
        if "outcome" in message:
            return replace(self, stage="done", outcome=message["outcome"])
        if "problem" in message:
            return replace(self, stage="failed", problem=message["problem"])
        return replace(self, **message)


class RetrainJob:
    """Runs one training at a time in a process of its own.

    Attributes:
        status: the status of the running or the last training; None before the first.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_cancelled = False
        self.status: RetrainStatus | None = None

    async def start(self, folder: Path) -> bool:
        """Start to retrain the model in a folder; return False where a training is running."""
        if self.status is not None and self.status.is_running:
            return False
        self.status, self._is_cancelled = RetrainStatus(), False
        self._task = asyncio.create_task(self._watch(folder))
        return True

    async def cancel(self) -> None:
        """Cancel the running training, and wait for its end; while it saves, it is not interrupted."""
        if self._task is not None and not self._task.done():
            self._is_cancelled = True
            if self._process is not None and self._process.returncode is None:
                self._process.terminate()
            await self._task

    async def _watch(self, folder: Path) -> None:
        """Run the process, and set the last status where the process did not report one."""
        exit_code: int | None = None
        try:
            exit_code = await self._run(folder)
        except Exception as error:  # noqa: BLE001 the page shows that it failed, the log shows where
            log_failure(error)
        status = self.status or RetrainStatus()
        if status.is_running and self._is_cancelled:
            self.status = replace(status, stage="cancelled")
        elif status.is_running:
            detail = "" if exit_code is None else f" with exit code {exit_code}"
            self.status = replace(status, stage="failed", problem=f"The training process stopped{detail}.")

    async def _run(self, folder: Path) -> int:
        """Run the process, update the status from its messages, and return its exit code."""
        task = {
            "folder": str(folder),
            "corpus": self._workspace.corpus,
            "dev": self._workspace.dev,
            "corrections_file": str(self._workspace.corrections_file),
        }
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _MODULE,
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches the server alone, which then cancels the training
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        if self._is_cancelled:
            process.terminate()
        process.stdin.write(json.dumps(task).encode())
        process.stdin.close()
        async for line in process.stdout:
            self.status = (self.status or RetrainStatus()).updated(json.loads(line))
        return await process.wait()
