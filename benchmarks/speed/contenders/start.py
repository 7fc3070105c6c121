"""The start of a process: each round runs a new program that loads a model and predicts once."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.speed.memory import peak_megabytes
from benchmarks.speed.rounds import Round
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_arrays import read_arrays

_PROGRAMS = Path(__file__).parent.parent / "start_programs"


class TurncastStart:
    """Loads a policy and ranks the actions after one text."""

    file = "turncast_start.py"

    def __init__(self, task: BenchmarkTask, folder: Path) -> None:
        self.task, self.folder = task, folder

    def prepare(self) -> None:
        """Write the file that the program loads; the policy is already there."""

    def first(self) -> float:
        """Write the model in the framework's own format, and run the program once."""
        self.prepare()
        self._run()
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities that the program prints."""
        return np.array(self._run()[1], np.float32)

    def losses(self) -> list[float]:
        """Return an empty list: nothing is trained."""
        return []

    def round(self) -> Round:
        """Start the program and wait for its prediction."""
        return self._run()[0]

    def _run(self) -> tuple[Round, list[float]]:
        command = [sys.executable, str(_PROGRAMS / self.file), str(self.folder)]
        started = time.perf_counter()
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            seconds = time.perf_counter() - started
            megabytes = peak_megabytes(process.pid)
            process.communicate()  # the program ends with its input: so its memory could be read above
        if not line:
            raise RuntimeError(f"{self.file} ended without a prediction (status {process.returncode})")
        return Round(seconds, 1, figures={"megabytes": megabytes}), json.loads(line)


class KerasStart(TurncastStart):
    """Loads a `.keras` file and predicts from the bits of one turn."""

    file = "keras_start.py"

    def prepare(self) -> None:
        """Save the Keras model."""
        from benchmarks.speed.contenders.keras_network import keras_network, set_weights

        model = set_weights(keras_network(self.task, "softmax"), read_arrays(self.folder, "weights"))
        model.save(self.folder / f"{os.environ['KERAS_BACKEND']}.keras")


class TorchStart(TurncastStart):
    """Loads a state dictionary and predicts from the bits of one turn."""

    file = "torch_start.py"

    def prepare(self) -> None:
        """Save the state dictionary."""
        import torch

        from benchmarks.speed.contenders.torch_network import TorchNetwork

        model = TorchNetwork(self.task, read_arrays(self.folder, "weights"), bags=False)
        torch.save(model.layers.state_dict(), self.folder / "torch.pt")
