"""The workers that share a training on JAX: the one place that knows how many there are, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jax
import numpy as np

from turncast.cores import available_cores


class Workers:
    """Threads that each compute on an equal share of a batch's dialogues.

    On a CPU, XLA runs what stands in a loop over time in one thread; so each core takes a share, from the
    same weights in the same memory. An accelerator is one worker.

    Args:
        count: how many; 0 is one for each core that is really there.
    """

    def __init__(self, count: int = 0) -> None:
        self.count = (count or available_cores()) if jax.default_backend() == "cpu" else 1
        self._pool = ThreadPoolExecutor(self.count, "turncast-worker")

    def compiled(self, function: Callable[..., Any]) -> Compiled:
        """Return what each worker is to run: in one thread, where there are several workers."""
        return Compiled(function, {"xla_cpu_multi_thread_eigen": False} if self.count > 1 else None)

    def shares(self, arrays: Any) -> list[tuple[Any, Any]]:
        """Cut arrays along their first axis into equal numbered shares; zeros fill up the last."""
        rows = len(jax.tree.leaves(arrays)[0])
        each = -(-rows // self.count)

        def cut(array: Any, start: int) -> Any:
            part = array[start : start + each]
            missing = each - len(part)
            return np.pad(part, [(0, missing)] + [(0, 0)] * (array.ndim - 1)) if missing else part

        starts = range(0, rows, each)
        return [(np.int32(n), jax.tree.map(lambda a, s=s: cut(a, s), arrays)) for n, s in enumerate(starts)]

    def each(self, function: Compiled, shares: Sequence[tuple[Any, ...]]) -> list[Any]:
        """Return function(*share) for each share, computed side by side; the shares are of one shape."""
        # Compiled here, once: a model is lent its rows while it is traced, and threads would share it.
        ready = function.ready(*shares[0])
        others = [self._pool.submit(_run, ready, share) for share in shares[1:]]
        return [_run(ready, shares[0]), *(other.result() for other in others)]

    def compile(self, wanted: Iterable[tuple[Compiled, tuple[Any, ...]]]) -> None:
        """Compile functions for arguments of these shapes and types, side by side."""
        distinct = {(function, kinds_of(arguments)): arguments for function, arguments in wanted}
        lowered = [(function, key, function.lowered(*args)) for (function, key), args in distinct.items()]
        list(self._pool.map(lambda one: one[0].compile(one[1], one[2]), lowered))


class Compiled:
    """A function that is compiled once for each set of shapes and types.

    Args:
        function: of arrays, and of trees of them.
        options: for XLA.
        donate: the number of the argument whose memory it may take for its result.
    """

    def __init__(
        self, function: Callable[..., Any], options: dict[str, Any] | None = None, donate: int | None = None
    ) -> None:
        donated = () if donate is None else (donate,)
        self._jitted = jax.jit(function, compiler_options=options, donate_argnums=donated)
        self._compiled: dict[Any, Callable[..., Any]] = {}

    def __call__(self, *arguments: Any) -> Any:
        """Return the function's value; compile it first where these shapes are new."""
        return self.ready(*arguments)(*arguments)

    def ready(self, *arguments: Any) -> Callable[..., Any]:
        """Return the function compiled for arguments like these; compile it first where they are new."""
        key = kinds_of(arguments)
        if key not in self._compiled:
            self.compile(key, self.lowered(*arguments))
        return self._compiled[key]

    def lowered(self, *arguments: Any) -> Any:
        """Return the function for arguments like these, ready to be compiled."""
        return self._jitted.lower(*arguments)

    def result(self, *arguments: Any) -> Any:
        """Return the shapes of what it returns for arguments of these shapes."""
        return self._jitted.eval_shape(*arguments)

    def compile(self, key: tuple[Any, ...], lowered: Any) -> None:
        """Compile what `lowered` returned for arguments of this key."""
        self._compiled[key] = lowered.compile()


def kinds_of(arguments: Any) -> tuple[Any, ...]:
    """Return the shapes and types of all arrays, which tell one compiled function from another."""
    return tuple((leaf.shape, leaf.dtype) for leaf in jax.tree.leaves(arguments))


def _run(function: Callable[..., Any], share: tuple[Any, ...]) -> Any:
    return jax.block_until_ready(function(*share))
