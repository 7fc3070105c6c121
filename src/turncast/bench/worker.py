"""The process of one contender: it does what comes as lines of JSON, and answers in lines of JSON.

`python -m turncast.bench.worker CONTENDER FOLDER`. JAX and TensorFlow under Keras cannot share a process, and
the memory of a contender is that of its process.
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

from turncast.bench.memory import peak_megabytes
from turncast.bench.problem import Problem
from turncast.bench.round import Contender
from turncast.errors import TurncastError


def serve(place: str, folder: Path, requests: TextIO, answers: TextIO) -> None:
    """Do what is asked until nothing more comes."""
    contender: Contender | None = None
    for line in requests:
        request = json.loads(line)
        try:
            if contender is None:
                contender = _made(place, folder)
                answer: dict[str, Any] = {}
            else:
                answer = _answer(contender, request)
        except (TurncastError, ImportError) as error:
            answer = {"missing": str(error)}
        except Exception as error:  # noqa: BLE001  # the parent tells of it, and goes on with the others
            said = (str(error).strip() or "no message").splitlines()[0]
            answer = {"failed": f"{type(error).__name__}: {said}"}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _made(place: str, folder: Path) -> Contender:
    module, _, name = place.partition(":")
    kind = getattr(importlib.import_module(f"turncast.bench.contenders.{module}"), name)
    made: Contender = kind(Problem.read(folder), folder)
    return made


def _answer(contender: Contender, request: dict[str, str]) -> dict[str, Any]:
    asked = request["do"]
    if asked == "first":
        started = time.perf_counter()
        loss = contender.first()
        return {"first_seconds": time.perf_counter() - started, "loss": loss}
    if asked == "outputs":
        np.save(request["to"], contender.outputs())
        return {"losses": contender.losses()}
    if asked == "round":
        return asdict(contender.round())
    return {"megabytes": peak_megabytes()}


if __name__ == "__main__":
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.argv[1], Path(sys.argv[2]), sys.stdin, answers)
