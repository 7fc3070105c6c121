"""The number of operations of a training for each real turn, counted by hand."""

from __future__ import annotations

from benchmarks.speed.task import BenchmarkTask

COUNTED = (
    "Operations are 2 m n k for each product of an (m, k) and a (k, n) matrix: in the forward pass, for the "
    "gradient of the weights, and for the gradient of the inputs except those of the first layer. Nothing "
    "else is counted, and no padding"
)


def operations_per_turn(task: BenchmarkTask, words: float = 0.0) -> float | None:
    """Return the operations of one turn, forward and backward; None where they depend on the data.

    Args:
        task: the sizes.
        words: the average number of real words of a turn.

    >>> operations_per_turn(BenchmarkTask("flat", "", features=300, units=128, actions=60))
    1053696.0
    """
    units, inner = task.units, task.word_units
    if task.kind == "flat":
        return 2.0 * (2 * task.features * 4 * units + 3 * units * (4 * units + task.actions))
    if task.kind == "hierarchy":
        word_lstm = words * 3 * (inner * 4 * inner + inner * 4 * inner)
        return 2.0 * (word_lstm + 3 * inner * 4 * units + 3 * units * (4 * units + task.actions))
    return None
