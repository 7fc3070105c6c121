"""A small synthetic task in a folder, and benchmarks run as commands."""

from pathlib import Path

from benchmarks.speed.contenders.table import contenders_for
from benchmarks.speed.task import BenchmarkTask
from benchmarks.speed.task_files import write_synthetic_task

STEP = BenchmarkTask(
    "step", "a step", batch=1, batches=12, features=20, bit_units=6, units=8, actions=5, set_bits=4
)


def task_folder(folder: Path, task: BenchmarkTask = STEP) -> Path:
    write_synthetic_task(task, folder)
    return folder


def step_contenders(*names):
    return contenders_for("step", names)
