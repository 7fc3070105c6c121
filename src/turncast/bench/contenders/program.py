"""Programs that load a model and predict once: each round is a new process."""

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

from turncast.bench.arrays import read_arrays
from turncast.bench.memory import peak_megabytes
from turncast.bench.problem import Problem
from turncast.bench.round import Round

_PROGRAMS = Path(__file__).parent.parent / "programs"


class TurncastProgram:
    """Loads a policy, and goes from a text to ranked actions."""

    file = "turncast_start.py"

    def __init__(self, problem: Problem, folder: Path) -> None:
        self.problem, self.folder = problem, folder

    def prepare(self) -> None:
        """Write what the program loads."""

    def first(self) -> float:
        """Write the model as its users keep it, and start the program once."""
        self.prepare()
        self._run()
        return math.nan

    def outputs(self) -> NDArray[np.float32]:
        """Return the probabilities that the program prints."""
        return np.array(self._run()[1], np.float32)

    def losses(self) -> list[float]:
        """Return none."""
        return []

    def round(self) -> Round:
        """Start the program, and wait for its prediction."""
        return self._run()[0]

    def _run(self) -> tuple[Round, list[float]]:
        command = [sys.executable, str(_PROGRAMS / self.file), str(self.folder)]
        started = time.perf_counter()
        with subprocess.Popen(  # noqa: S603  # our own program
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ) as process:
            assert process.stdout is not None
            line = process.stdout.readline()
            seconds = time.perf_counter() - started
            megabytes = peak_megabytes(process.pid)
            process.communicate()  # it waits for the end of its input, so that its memory can be read
        if not line:
            raise RuntimeError(f"{self.file} ended without a prediction (status {process.returncode})")
        return Round(seconds, 1, figures={"megabytes": megabytes}), json.loads(line)


class KerasProgram(TurncastProgram):
    """Loads a `.keras` file, and predicts from the bits of one turn."""

    file = "keras_start.py"

    def prepare(self) -> None:
        """Save the model."""
        from turncast.bench.contenders.keras_network import give_weights, keras_network

        model = give_weights(keras_network(self.problem, "softmax"), read_arrays(self.folder, "weights"))
        model.save(self.folder / f"{os.environ['KERAS_BACKEND']}.keras")


class TorchProgram(TurncastProgram):
    """Loads a state dictionary, and predicts from the bits of one turn."""

    file = "torch_start.py"

    def prepare(self) -> None:
        """Save the weights."""
        import torch

        from turncast.bench.contenders.torch_network import TorchNetwork

        model = TorchNetwork(self.problem, read_arrays(self.folder, "weights"), bags=False)
        torch.save(model.layers.state_dict(), self.folder / "torch.pt")
