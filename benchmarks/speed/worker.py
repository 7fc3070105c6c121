"""The process of one contender: reads requests as lines of JSON, and writes answers as lines of JSON.

`python -m benchmarks.speed.worker MODULE:CLASS FOLDER`. Each contender needs a process: Keras can have one
backend in a process, and the memory of a contender is that of its process.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from benchmarks.speed.memory import peak_megabytes
from benchmarks.speed.rounds import BenchmarkRunner
from benchmarks.speed.task import BenchmarkTask
from turncast.errors import TurncastError


def serve(runner_class: str, folder: Path, requests: TextIO, answers: TextIO) -> None:
    """Answer requests until the input ends; the first makes the runner."""
    runner: BenchmarkRunner | None = None
    for line in requests:
        request = json.loads(line)
        try:
            if runner is None:
                runner = _make_runner(runner_class, folder)
                answer: dict[str, Any] = {}
            else:
                answer = _answer(runner, request)
        except (TurncastError, ImportError) as error:
            answer = {"missing": str(error)}
        except Exception as error:  # noqa: BLE001  # the parent reports it and continues with the others
            message = (str(error).strip() or "no message").splitlines()[0]
            answer = {"failed": f"{type(error).__name__}: {message}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _make_runner(runner_class: str, folder: Path) -> BenchmarkRunner:
    module, _, name = runner_class.partition(":")
    kind = getattr(importlib.import_module(f"benchmarks.speed.contenders.{module}"), name)
    runner: BenchmarkRunner = kind(BenchmarkTask.read(folder), folder)
    return runner


def _answer(runner: BenchmarkRunner, request: dict[str, str]) -> dict[str, Any]:
    kind = request["request"]
    if kind == "first":
        started = time.perf_counter()
        loss = runner.first()
        return {"first_seconds": time.perf_counter() - started, "loss": loss}
    if kind == "outputs":
        np.save(request["to"], runner.outputs())
        return {"losses": runner.losses()}
    if kind == "round":
        return asdict(runner.round())
    return {"megabytes": peak_megabytes()}


if __name__ == "__main__":
    # Answers go to a copy of stdout; what libraries print goes to stderr, so that it is not among them.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.argv[1], Path(sys.argv[2]), sys.stdin, answers)
