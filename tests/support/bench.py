"""A small made-up problem, laid out in a folder."""

from pathlib import Path

from turncast.bench.entrants import entrants
from turncast.bench.problem import Problem
from turncast.bench.setting import lay_out

STEP = Problem(
    "step", "a step", batch=1, batches=12, features=20, bit_units=6, units=8, actions=5, set_bits=4
)


def laid_out(folder: Path, problem: Problem = STEP) -> Path:
    lay_out(problem, folder)
    return folder


def steppers(*names):
    return entrants("step", names)
