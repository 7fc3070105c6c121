"""The training step on JAX: compiled, shared among the cores, and not slower for a larger vocabulary.

One call of `JaxStep` goes through these stages:

1. `place`, on the host and in a thread of its own: find the rows of the first layer's kernel that the batch
   sets, write the bits in terms of these rows, and cut the batch into one share per worker.
2. `share_gradients`, compiled, in one thread per worker: take the rows out of the kernel, and compute the
   summed loss of the share and its gradient. All workers read the same weights in the same memory.
3. `_apply_gradients`, compiled, once: add the gradients, clip them, and let Adam change the weights; of the
   kernel, only the rows that were taken out.

XLA on a CPU runs a loop over time in one thread, so a batch is shared as threads (decision 15), and
a kernel of 20,000 rows would cost more than the rest of the network if all rows were swept (17).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from turncast.config import TrainConfig
from turncast.features import Batch, Batches
from turncast.layers import BitDense
from turncast.training.compile_cache import use_compile_cache
from turncast.training.ema import AdamSlots
from turncast.training.losses import turn_losses
from turncast.training.scheduled_sampling import sampling_share
from turncast.training.sparse_rows import SparseRows
from turncast.training.workers import Compiled, Workers

_SAMPLE_BATCHES = 16
"""The number of batches per shape from which the number of rows of a batch is estimated."""
_SEED_STRIDE = np.uint32(0x9E3779B9)
"""The distance between the dropout seeds of two workers."""


class JaxStep:
    """A compiled step whose state (weights and moments) stays with JAX between batches.

    A row of the first kernel that no turn of a batch sets keeps its weights and its moments, as in "lazy"
    forms of Adam (Kingma and Ba, 2015).

    Args:
        model: the Keras model; where its first layer is no `BitDense`, every weight changes in every step.
        optimizer: Keras's Adam, built; `finish` writes the moments back into its variables.
        config: clipping, smoothing and devices.
        multi: whether several actions may be taken at once.
        has_rules: whether the targets hold refused actions.
    """

    def __init__(
        self, model: Any, optimizer: Any, config: TrainConfig, multi: bool, has_rules: bool = False
    ) -> None:
        use_compile_cache()
        self._model, self._optimizer, self._config = model, optimizer, config
        self._multi, self._has_rules = multi, has_rules
        self._variables = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        self._bit_layer = next((layer for layer in model.layers if isinstance(layer, BitDense)), None)
        self._kernel_index: int | None = None
        if self._bit_layer is not None:
            kernel = self._bit_layer.kernel
            self._kernel_index = [v is kernel for v in model.trainable_variables].index(True)
            self._sparse_rows = SparseRows(self._bit_layer.num_bits)
        self._slots = AdamSlots.from_optimizer(optimizer, model.trainable_variables)
        self._workers = Workers(config.devices)
        self._gradient = self._workers.compiled(self._share_gradient)
        self._forward = self._workers.compiled(self._predict)
        self._apply = Compiled(self._apply_gradients, donate=0)
        # Copies: `_apply` donates the memory of the state, and the variables must keep theirs.
        self._state = tuple([jnp.array(variable.value) for variable in group] for group in self._variables)

    @property
    def num_compiled(self) -> int:
        """The number of functions compiled so far."""
        return sum(len(function) for function in (self._gradient, self._forward, self._apply))

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Compile for all shapes of these batches, several at a time."""
        if self._bit_layer is not None:
            for batch in train.of_each_shape(_SAMPLE_BATCHES):
                self._sparse_rows.select(batch.inputs["bits"])
        calls: list[tuple[Compiled, tuple[Any, ...]]] = []
        for rows, shares in map(self.place, train.of_each_shape()):
            arguments = self._gradient_arguments(rows, shares)
            parts = [self._gradient.result(*arguments[0])] * len(shares)
            calls += [(self._gradient, arguments[0]), (self._apply, (self._state, rows, parts))]
        sampled = sampling_share(self._config.scheduled_sampling, self._config.epochs)
        predicted = [*dev.of_each_shape(), *(train.of_each_shape() if sampled else ())]
        calls += [(self._forward, self._forward_arguments(batch)[0]) for batch in predicted]
        self._workers.compile(calls)

    def place(self, batch: Batch) -> Any:
        """Return the rows of the kernel that the batch sets (None for all), and the workers' shares."""
        inputs, rows = dict(batch.inputs), None
        if self._bit_layer is not None:
            selected = self._sparse_rows.select(inputs["bits"])
            rows, inputs["bits"] = selected.rows, selected.bits
        return rows, self._workers.shares((inputs, batch.targets, batch.weights))

    def __call__(self, placed: Any) -> Any:
        """Change the weights by a batch that `place` returned; return its mean loss, computed or not."""
        rows, _ = placed
        self._state, loss = self._apply(self._state, rows, self.share_gradients(placed))
        return loss

    def share_gradients(self, placed: Any) -> list[tuple[Any, Any, Any, Any]]:
        """Return for each worker's share of a placed batch what `_share_gradient` returns."""
        return self._workers.each(self._gradient, self._gradient_arguments(*placed))

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return the network's probabilities with the weights as they are; with EMA, the averaged ones."""
        parts = self._workers.each(self._forward, self._forward_arguments(batch))
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
        trainable = slots[self._slots.averages] or trainable
        return [(trainable, other, inputs) for _, inputs in self._workers.shares(batch.inputs)]

    def _predict(self, trainable: Any, other: Any, inputs: Any) -> Any:
        (_, probabilities), _ = self._model.stateless_call(trainable, other, inputs, training=False)
        return probabilities

    def _share_gradient(
        self, trainable: Any, other: Any, rows: Any, number: Any, share: Any
    ) -> tuple[Any, Any, Any, Any]:
        """Return the summed loss of a share, its weight, the gradient of the sum, and the new `other`.

        `other` are the seeds of dropout. Worker n computes with seeds that are moved by n, so that no two
        workers drop the same units, and moves them back at the end: all workers return the same seeds.
        """
        inputs, targets, weights = share
        seeds = [_move_seed(value, number) for value in other]

        def loss_of(values: Any) -> Any:
            (logits, _), after = self._call_model(trainable, values, seeds, inputs)
            smoothing = self._config.label_smoothing
            losses = turn_losses(targets, logits, self._multi, smoothing, self._has_rules)
            return jnp.sum(weights * losses), after

        values = [self._take_rows(n, value, rows) for n, value in enumerate(trainable)]
        (loss, after), gradients = jax.value_and_grad(loss_of, has_aux=True)(values)
        return loss, jnp.sum(weights), gradients, [_move_seed(value, -number) for value in after]

    def _call_model(self, trainable: Any, values: Any, other: Any, inputs: Any) -> Any:
        """Call the model with the selected rows (in `values`) in place of the whole kernel.

        The gradient is then one of these rows alone: (U, E) in place of (F, E).
        """
        if self._bit_layer is None:
            return self._model.stateless_call(values, other, inputs, training=True)
        rows = values[self._kernel_index]
        values = [trainable[n] if n == self._kernel_index else v for n, v in enumerate(values)]
        with self._bit_layer.temporary_kernel(rows, vectors=inputs["bits"].dtype == "uint8"):
            return self._model.stateless_call(values, other, inputs, training=True)

    def _take_rows(self, number: int, value: Any, rows: Any) -> Any:
        """Return the selected rows of the kernel; any other weight whole."""
        if number != self._kernel_index or rows is None:
            return value
        return jnp.take(value, rows, axis=0, mode="clip")

    def _put_rows(self, number: int, value: Any, new: Any, rows: Any) -> Any:
        """Return the weight with the new values of what `_take_rows` returned.

        Rows from F on only fill up the list; "drop" ignores them.
        """
        if number != self._kernel_index or rows is None:
            return new
        return value.at[rows].set(new, mode="drop", unique_indices=True, indices_are_sorted=True)

    def _apply_gradients(self, state: Any, rows: Any, parts: Any) -> Any:
        """Return the state after a step of Adam, and the mean loss.

        The gradient is sum / weight over all shares, clipped by its norm over all weights. Each weight and
        its moments are changed at the selected rows only.
        """
        trainable, _, slots = state
        count, rate = slots[:2]
        averages, moments = slots[self._slots.averages], slots[self._slots.moments]
        losses, weights, gradients, others = zip(*parts, strict=True)
        weight = jnp.maximum(sum(weights), 1e-9)
        means = [sum(shares) / weight for shares in zip(*gradients, strict=True)]
        norm = jnp.sqrt(sum(jnp.sum(jnp.square(mean)) for mean in means))
        scale = jnp.minimum(1.0, self._config.clip_norm / jnp.maximum(norm, 1e-30))
        beta_1, beta_2 = self._optimizer.beta_1, self._optimizer.beta_2
        steps = (count + 1).astype("float32")
        step_size = rate * jnp.sqrt(1 - beta_2**steps) / (1 - beta_1**steps)
        new_trainable, new_moments = [], []
        for n, (old, mean) in enumerate(zip(trainable, means, strict=True)):
            wholes, gradient = (old, *moments[2 * n : 2 * n + 2]), mean * scale
            value, first, second = (self._take_rows(n, whole, rows) for whole in wholes)
            first = first + (gradient - first) * (1 - beta_1)
            second = second + (gradient * gradient - second) * (1 - beta_2)
            value = value - first * step_size / (jnp.sqrt(second) + self._optimizer.epsilon)
            changed = zip(wholes, (value, first, second), strict=True)
            value, *new_pair = (self._put_rows(n, *pair, rows) for pair in changed)
            new_trainable.append(value)
            new_moments += new_pair
        momentum = jnp.where(count == 0, 0, self._config.ema)  # the first weights are the first average
        both = zip(averages, new_trainable, strict=False)
        new_averages = [momentum * average + (1 - momentum) * value for average, value in both]
        new_slots = [count + 1, rate, *new_averages, *new_moments]
        return (new_trainable, others[0], new_slots), sum(losses) / weight


def _move_seed(value: Any, number: Any) -> Any:
    """Return the state of a seed moved by a worker's number; any other value unchanged."""
    if value.dtype != "uint32":
        return value
    return value.at[0].add(jnp.asarray(number).astype("uint32") * _SEED_STRIDE)
