"""How many operations a training does for each real turn, counted by hand."""

from __future__ import annotations

from turncast.bench.problem import Problem

COUNTED = (
    "Operations are 2 m n k for each product of matrices, (m, k) by (k, n), forwards, for the gradient of "
    "the weights, and for the gradient of the inputs except of the first layer; nothing else is counted, and "
    "no padding"
)


def operations_a_turn(problem: Problem, words: float = 0.0) -> float | None:
    """Return the operations of one turn, forwards and backwards; None where they follow the data.

    Args:
        problem: the sizes.
        words: how many real words a turn has.

    >>> operations_a_turn(Problem("flat", "", features=300, units=128, actions=60))
    1053696.0
    """
    units, inner = problem.units, problem.word_units
    if problem.kind == "flat":
        return 2.0 * (2 * problem.features * 4 * units + 3 * units * (4 * units + problem.actions))
    if problem.kind == "hierarchy":
        reading = words * 3 * (inner * 4 * inner + inner * 4 * inner)
        return 2.0 * (reading + 3 * inner * 4 * units + 3 * units * (4 * units + problem.actions))
    return None
