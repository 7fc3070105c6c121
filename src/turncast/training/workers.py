"""The workers that share a training on JAX: the only module that knows how many there are, and what they are.

A batch is cut along its dialogues into equal shares. Each worker is a thread that runs the same compiled
function on its share; the caller adds up the gradients. The threads share one XLA device and the weights in
its memory, so nothing is copied between cores. XLA's own way, one device per core with an all-reduce, was no
faster in a trial and hung when two steps ran at once (decision 15).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

from turncast.cores import available_cores


class Workers:
    """Threads that each compute on an equal share of a batch's dialogues.

    XLA runs a loop over time in one thread of a CPU; so each core takes a share. An accelerator is one
    worker.

    Args:
        count: the number of workers; 0 is one for each available core.
    """

    def __init__(self, count: int = 0) -> None:
        self.count = (count or available_cores()) if jax.default_backend() == "cpu" else 1
        self._pool = ThreadPoolExecutor(self.count, "turncast-worker")

    def compiled(self, function: Callable[..., Any]) -> Compiled:
        """Return the function for a worker to run; with several workers it uses one thread of XLA."""
        return Compiled(function, {"xla_cpu_multi_thread_eigen": False} if self.count > 1 else None)

    def shares(self, arrays: Any) -> list[tuple[Any, Any]]:
        """Return (number, share) for each worker: the arrays cut along their first axis into equal parts.

        The last share is padded with zeros, also its weights: so padding has no part in the loss.
        """
        rows = len(jax.tree.leaves(arrays)[0])
        per_share = -(-rows // self.count)

        def cut(array: Any, start: int) -> Any:
            part = array[start : start + per_share]
            missing = per_share - len(part)
            return np.pad(part, [(0, missing)] + [(0, 0)] * (array.ndim - 1)) if missing else part

        starts = range(0, rows, per_share)
        return [(np.int32(n), jax.tree.map(lambda a, s=s: cut(a, s), arrays)) for n, s in enumerate(starts)]

    def each(self, function: Compiled, shares: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return function(*share) for each share, computed in parallel; the shares have the same shape."""
        # Compiled here, before the threads start: tracing changes the model's layers (`BitDense` computes
        # with other rows meanwhile), so two threads must not trace at once.
        ready = function.ready(*shares[0])
        others = [self._pool.submit(_run, ready, share) for share in shares[1:]]
        return [_run(ready, shares[0]), *(other.result() for other in others)]

    def compile(self, calls: Iterable[tuple[Compiled, tuple[Any, ...]]]) -> None:
        """Compile functions for such arguments: traced one after the other, compiled in parallel."""
        distinct = {(function, signature(arguments)): arguments for function, arguments in calls}
        lowered = [(function, key, function.lowered(*args)) for (function, key), args in distinct.items()]
        list(self._pool.map(lambda one: one[0].compile(one[1], one[2]), lowered))


class Compiled:
    """A function that is compiled once for each combination of shapes and types.

    Args:
        function: of arrays, and of trees of them.
        options: for XLA.
        donate: the number of the argument whose memory may be reused for the result.
    """

    def __init__(
        self, function: Callable[..., Any], options: dict[str, Any] | None = None, donate: int | None = None
    ) -> None:
        donated = () if donate is None else (donate,)
        self._jitted = jax.jit(function, compiler_options=options, donate_argnums=donated)
        self._compiled: dict[Any, Callable[..., Any]] = {}

    def __len__(self) -> int:
        """Return the number of combinations compiled so far."""
        return len(self._compiled)

    def __call__(self, *arguments: Any) -> Any:
        """Return the function's value; compile it first for new shapes or types."""
        return self.ready(*arguments)(*arguments)

    def ready(self, *arguments: Any) -> Callable[..., Any]:
        """Return the function compiled for arguments like these; compile it first for new shapes or types."""
        key = signature(arguments)
        if key not in self._compiled:
            self.compile(key, self.lowered(*arguments))
        return self._compiled[key]

    def lowered(self, *arguments: Any) -> Any:
        """Return the function traced for arguments like these, ready to be compiled."""
        return self._jitted.lower(*arguments)

    def result(self, *arguments: Any) -> Any:
        """Return the shapes of the function's value for arguments of these shapes."""
        return self._jitted.eval_shape(*arguments)

    def compile(self, key: tuple[Any, ...], lowered: Any) -> None:
        """Compile what `lowered` returned for arguments of this signature."""
        self._compiled[key] = lowered.compile()


def signature(arguments: Any) -> tuple[Any, ...]:
    """Return the shapes and types of all arrays in the arguments; each signature is compiled once."""
    return tuple((leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(arguments))


def _run(function: Callable[..., Any], share: tuple[Any, ...]) -> Any:
    return jax.block_until_ready(function(*share))
