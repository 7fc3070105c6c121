"""The training step on JAX: compiled, shared among the cores, and not slower for a larger vocabulary.

One call of `JaxStep` goes through these stages:

1. `place`, on the host, in a separate thread: find the rows of the first layer's kernel that the batch
   sets, write the bits in terms of these rows, and cut the batch into one share per worker.
2. `share_gradients`, compiled, in one thread per worker: take the rows out of the kernel, and compute the
   summed loss of the share and its gradient. All workers read the same weights in the same memory.
3. `apply`, compiled, once: add the gradients, clip them, and let Adam change the weights; of the
   kernel, only the rows that were taken out.

XLA on a CPU runs a loop over time in one thread, so a batch is shared as threads (decision 15). A kernel of
20,000 rows would cost more than the rest of the network if every step changed all its rows (decision 17).
"""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from turncast.config import NetworkConfig, TrainConfig
from turncast.features import Batch, Batches
from turncast.training.compile_cache import use_compile_cache
from turncast.training.jax_programs import shared_programs
from turncast.training.scheduled_sampling import sampling_share
from turncast.training.sparse_rows import SparseRows
from turncast.training.workers import Compiled, Workers

_SAMPLE_BATCHES = 16
"""The number of batches per shape from which the number of rows of a batch is estimated."""


class JaxStep:
    """A compiled step whose state (weights and moments) stays with JAX between batches.

    A row of the first kernel that no turn of a batch sets keeps its weights and its moments, as in "lazy"
    forms of Adam (Kingma and Ba, 2015).

    Args:
        model: the Keras model; where its first layer is not `BitDense`, every weight changes in every step.
        optimizer: Keras's Adam, built; `finish` writes the moments back into its variables.
        config: clipping, smoothing and devices.
        multi: whether several actions may be taken at once.
        has_rules: whether the targets hold refused actions.
        network: the configuration that the model was built with: equal networks share what is compiled.
    """

    def __init__(
        self,
        model: Any,
        optimizer: Any,
        config: TrainConfig,
        multi: bool,
        has_rules: bool = False,
        network: NetworkConfig | None = None,
    ) -> None:
        use_compile_cache()
        self._config = config
        self._variables = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        self._workers = Workers(config.devices)
        self._programs = shared_programs(network, model, optimizer, config, multi, has_rules, self._workers)
        num_bits = self._programs.num_bits
        self._sparse_rows = None if num_bits is None else SparseRows(num_bits)
        # Copies: `apply` donates the memory of the state, and the variables must keep theirs.
        self._state = tuple([jnp.array(variable.value) for variable in group] for group in self._variables)

    @property
    def num_compiled(self) -> int:
        """The number of functions compiled so far, for this network and equal ones."""
        return self._programs.num_compiled

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Compile for all shapes of these batches, several at a time."""
        if self._sparse_rows is not None:
            for batch in train.of_each_shape(_SAMPLE_BATCHES):
                self._sparse_rows.select(batch.inputs["bits"])
        calls: list[tuple[Compiled, tuple[Any, ...]]] = []
        for rows, shares in map(self.place, train.of_each_shape()):
            arguments = self._gradient_arguments(rows, shares)
            parts = [self._programs.gradient.result(*arguments[0])] * len(shares)
            calls += [
                (self._programs.gradient, arguments[0]),
                (self._programs.apply, (self._state, rows, parts)),
            ]
        sampled = sampling_share(self._config.scheduled_sampling, self._config.epochs)
        predicted = [*dev.of_each_shape(), *(train.of_each_shape() if sampled else ())]
        calls += [(self._programs.forward, self._forward_arguments(batch)[0]) for batch in predicted]
        self._workers.compile(calls)

    def place(self, batch: Batch) -> Any:
        """Return the rows of the kernel that the batch sets (None for all), and the workers' shares."""
        inputs, rows = dict(batch.inputs), None
        if self._sparse_rows is not None:
            selected = self._sparse_rows.select(inputs["bits"])
            rows, inputs["bits"] = selected.rows, selected.bits
        return rows, self._workers.shares((inputs, batch.targets, batch.weights))

    def __call__(self, placed: Any) -> Any:
        """Change the weights by a batch that `place` returned; return its mean loss, computed or not."""
        rows, _ = placed
        self._state, loss = self._programs.apply(self._state, rows, self.share_gradients(placed))
        return loss

    def share_gradients(self, placed: Any) -> list[tuple[Any, Any, Any, Any]]:
        """Return (summed loss, weight, gradient of the sum, new seeds) for each share of a placed batch."""
        return self._workers.each(self._programs.gradient, self._gradient_arguments(*placed))

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return the network's probabilities with the weights as they are; with EMA, the averaged ones."""
        parts = self._workers.each(self._programs.forward, self._forward_arguments(batch))
        return np.concatenate([np.asarray(part) for part in parts])[: len(batch.weights)]

    def finish(self) -> None:
        """Write the weights and the moments into the variables of the model and the optimiser."""
        for variables, values in zip(self._variables, self._state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(np.asarray(value))

    def _gradient_arguments(self, rows: Any, shares: Any) -> list[tuple[Any, ...]]:
        trainable, other, _ = self._state
        return [(trainable, other, rows, *share) for share in shares]

    def _forward_arguments(self, batch: Batch) -> list[tuple[Any, ...]]:
        trainable, other, slots = self._state
        trainable = slots[self._programs.slots.averages] or trainable
        return [(trainable, other, inputs) for _, inputs in self._workers.shares(batch.inputs)]
