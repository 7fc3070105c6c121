"""The training that runs beside the server, one at a time."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from turncast.server.refusals import log_failure
from turncast.web.workspace import Workspace

Stage = Literal["starting", "training", "judging", "saving", "done", "failed", "cancelled"]
_PROGRAM = "turncast.web.retrain_process"


@dataclass(frozen=True, slots=True)
class Training:
    """How far a training is, and what came of it.

    Attributes:
        stage: what it does now.
        epoch: epochs done.
        epochs: how many there are at most.
        done: turns learned from so far.
        all: how many there are to learn from at most; 0 until they are counted.
        dev: the share of the dev part's turns that are right after the last epoch.
        outcome: what `turncast.web.retrain_process.retrain` returns, at the end.
        problem: why it failed, with what to do.
    """

    stage: Stage = "starting"
    epoch: int = 0
    epochs: int = 0
    done: int = 0
    all: int = 0
    dev: float | None = None
    outcome: dict[str, Any] | None = None
    problem: str = ""

    @property
    def runs(self) -> bool:
        """Whether it is still under way."""
        return self.stage in ("starting", "training", "judging", "saving")

    def heard(self, record: dict[str, Any]) -> Training:
        """Return it after a line that its process told.

        >>> Training().heard({"stage": "training", "all": 40}).heard({"done": 10}).done
        10
        """
        if "outcome" in record:
            return replace(self, stage="done", outcome=record["outcome"])
        if "problem" in record:
            return replace(self, stage="failed", problem=record["problem"])
        return replace(self, **record)


class Retraining:
    """Runs one training at a time in a process of its own, and keeps what came of the last."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._cancelled = False
        self.now: Training | None = None

    async def start(self, folder: Path) -> bool:
        """Begin to train the model of a folder anew; return False where a training runs already."""
        if self.now is not None and self.now.runs:
            return False
        self.now, self._cancelled = Training(), False
        self._task = asyncio.create_task(self._watch(folder))
        return True

    async def cancel(self) -> None:
        """End the training that runs, and wait for its end. Where it is saving already, it ends well."""
        if self._task is not None and not self._task.done():
            self._cancelled = True
            if self._process is not None and self._process.returncode is None:
                self._process.terminate()
            await self._task

    async def _watch(self, folder: Path) -> None:
        """Hear what the training tells, to its end."""
        status: int | None = None
        try:
            status = await self._run(folder)
        except Exception as error:  # noqa: BLE001 the page says that it failed, the log where
            log_failure(error)
        now = self.now or Training()
        if now.runs and self._cancelled:
            self.now = replace(now, stage="cancelled")
        elif now.runs:
            said = "" if status is None else f", with status {status}"
            self.now = replace(now, stage="failed", problem=f"The training ended before its end{said}.")

    async def _run(self, folder: Path) -> int:
        asked = {
            "folder": str(folder),
            "corpus": self._workspace.corpus,
            "dev": self._workspace.dev,
            "corrections": str(self._workspace.corrections),
        }
        pipe = asyncio.subprocess.PIPE
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            _PROGRAM,
            stdin=pipe,
            stdout=pipe,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the server, which ends it in order
        )
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the process has no pipes")
        if self._cancelled:
            process.terminate()
        process.stdin.write(json.dumps(asked).encode())
        process.stdin.close()
        async for line in process.stdout:
            self.now = (self.now or Training()).heard(json.loads(line))
        return await process.wait()
