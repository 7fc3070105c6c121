"""The step on JAX: compiled, shared out among the cores, at a cost that does not follow the vocabulary."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from turncast.config import TrainConfig
from turncast.features import Batch, Batches
from turncast.layers import BitDense
from turncast.training.compile_cache import keep_compiled
from turncast.training.ema import averages_in
from turncast.training.losses import turn_losses
from turncast.training.scheduled_sampling import sampling_share
from turncast.training.sparse_rows import TouchedBits
from turncast.training.workers import Compiled, Workers

_LOOKED_AT = 16
"""So many batches of a shape tell how many rows of the table one touches."""
_APART = np.uint32(0x9E3779B9)
"""Sets the seeds of dropout of two workers apart."""


class JaxStep:
    """A compiled step whose state stays with JAX between batches.

    Each worker finds the gradient of its share of the dialogues; then they are added up and applied. Of the
    table of bits only the rows that a batch touches are read, changed and swept by the optimiser: a row that
    no turn of a batch sets keeps its weights and its moments, as in "lazy" forms of Adam (Kingma and Ba,
    2015).

    Args:
        model: the Keras model; where its first layer is no `BitDense`, all its weights are swept.
        optimizer: Keras's Adam, built; its variables show the moments when the step is not at work.
        config: clipping, smoothing and devices.
        multi: whether several actions may be taken at once.
        refuses: whether rules refuse actions in the targets.
    """

    def __init__(
        self, model: Any, optimizer: Any, config: TrainConfig, multi: bool, refuses: bool = False
    ) -> None:
        keep_compiled()
        self._model, self._optimizer, self._config = model, optimizer, config
        self._multi, self._refuses = multi, refuses
        self._variables = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        self._table = next((layer for layer in model.layers if isinstance(layer, BitDense)), None)
        self._at: int | None = None
        if self._table is not None:
            self._at = [v is self._table.kernel for v in model.trainable_variables].index(True)
            self._touched = TouchedBits(self._table.num_bits)
        self._averages = averages_in(optimizer, len(model.trainable_variables))
        self._workers = Workers(config.devices)
        self._gradient = self._workers.compiled(self._of_share)
        self._forward = self._workers.compiled(self._answer)
        self._apply = Compiled(self._added_up, donate=0)
        # Copies: the step gives its state's memory away, and the variables must keep theirs.
        self._state = tuple([jnp.array(variable.value) for variable in group] for group in self._variables)

    def prepare(self, train: Batches, dev: Batches) -> None:
        """Compile for the shapes that will come, side by side."""
        if self._table is not None:
            for batch in train.of_each_shape(_LOOKED_AT):
                self._touched.of(batch.inputs["bits"])
        wanted: list[tuple[Compiled, tuple[Any, ...]]] = []
        for rows, shares in map(self.place, train.of_each_shape()):
            arguments = self._arguments(rows, shares)
            parts = [self._gradient.result(*arguments[0])] * len(shares)
            wanted += [(self._gradient, arguments[0]), (self._apply, (self._state, rows, parts))]
        own = sampling_share(self._config.scheduled_sampling, self._config.epochs)
        answered = [*dev.of_each_shape(), *(train.of_each_shape() if own else ())]
        wanted += [(self._forward, self._inputs(batch)[0]) for batch in answered]
        self._workers.compile(wanted)

    def place(self, batch: Batch) -> Any:
        """Return the rows of the table that the batch touches, and each worker's share of it."""
        inputs, rows = dict(batch.inputs), None
        if self._table is not None:
            touched = self._touched.of(inputs["bits"])
            rows, inputs["bits"] = touched.rows, touched.bits
        return rows, self._workers.shares((inputs, batch.targets, batch.weights))

    def __call__(self, placed: Any) -> Any:
        """Change the weights by a batch that was placed; return its loss, which need not be computed yet."""
        rows, shares = placed
        parts = self._workers.each(self._gradient, self._arguments(rows, shares))
        self._state, loss = self._apply(self._state, rows, parts)
        return loss

    def probabilities(self, batch: Batch) -> NDArray[np.float32]:
        """Return what the network answers to a batch as it stands."""
        parts = self._workers.each(self._forward, self._inputs(batch))
        return np.concatenate([np.asarray(part) for part in parts])[: len(batch.weights)]

    def finish(self) -> None:
        """Put the weights and the optimiser's moments where the variables show them."""
        for variables, values in zip(self._variables, self._state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(np.asarray(value))

    def _arguments(self, rows: Any, shares: Any) -> list[tuple[Any, ...]]:
        trainable, other, _ = self._state
        return [(trainable, other, rows, *share) for share in shares]

    def _inputs(self, batch: Batch) -> list[tuple[Any, ...]]:
        trainable, other, slots = self._state
        trainable = slots[self._averages] or trainable
        return [(trainable, other, inputs) for _, inputs in self._workers.shares(batch.inputs)]

    def _answer(self, trainable: Any, other: Any, inputs: Any) -> Any:
        (_, probabilities), _ = self._model.stateless_call(trainable, other, inputs, training=False)
        return probabilities

    def _of_share(self, trainable: Any, other: Any, rows: Any, number: Any, share: Any) -> Any:
        """Return a share's summed loss, its weight, the gradients of the sum, and what follows `other`."""
        inputs, targets, weights = share
        seeds = [_apart(value, number) for value in other]

        def loss_of(values: Any) -> Any:
            (logits, _), after = self._called(trainable, values, seeds, inputs)
            smoothing = self._config.label_smoothing
            losses = turn_losses(targets, logits, self._multi, smoothing, self._refuses)
            return jnp.sum(weights * losses), after

        values = [self._seen(n, value, rows) for n, value in enumerate(trainable)]
        (loss, after), gradients = jax.value_and_grad(loss_of, has_aux=True)(values)
        return loss, jnp.sum(weights), gradients, [_apart(value, -number) for value in after]

    def _called(self, whole: Any, values: Any, other: Any, inputs: Any) -> Any:
        """Call the model with the touched rows in the place of the table."""
        if self._table is None:
            return self._model.stateless_call(values, other, inputs, training=True)
        lent, values = values[self._at], [whole[n] if n == self._at else v for n, v in enumerate(values)]
        with self._table.temporary_kernel(lent, vectors=inputs["bits"].dtype == "uint8"):
            return self._model.stateless_call(values, other, inputs, training=True)

    def _seen(self, number: int, value: Any, rows: Any) -> Any:
        """Return of the table the rows that are touched, of any other weight all."""
        if number != self._at or rows is None:
            return value
        return jnp.take(value, rows, axis=0, mode="clip")

    def _put(self, number: int, value: Any, new: Any, rows: Any) -> Any:
        """Return the weight with what `_seen` gave of it made new; numbers of no row are dropped."""
        if number != self._at or rows is None:
            return new
        return value.at[rows].set(new, mode="drop", unique_indices=True, indices_are_sorted=True)

    def _added_up(self, state: Any, rows: Any, parts: Any) -> Any:
        """Apply the mean gradient of all shares: Adam, clipped to a norm over all weights."""
        trainable, _, slots = state
        (count, rate), averages = slots[:2], slots[self._averages]
        moments = slots[2 + len(averages) :]
        losses, weights, gradients, others = zip(*parts, strict=True)
        weight = jnp.maximum(sum(weights), 1e-9)
        means = [sum(shares) / weight for shares in zip(*gradients, strict=True)]
        norm = jnp.sqrt(sum(jnp.sum(jnp.square(mean)) for mean in means))
        scale = jnp.minimum(1.0, self._config.clip_norm / jnp.maximum(norm, 1e-30))
        keep, keep_square = self._optimizer.beta_1, self._optimizer.beta_2
        steps = (count + 1).astype("float32")
        rate_now = rate * jnp.sqrt(1 - keep_square**steps) / (1 - keep**steps)
        new_trainable, new_moments = [], []
        for n, (old, mean) in enumerate(zip(trainable, means, strict=True)):
            wholes, gradient = (old, *moments[2 * n : 2 * n + 2]), mean * scale
            value, first, second = (self._seen(n, whole, rows) for whole in wholes)
            first = first + (gradient - first) * (1 - keep)
            second = second + (gradient * gradient - second) * (1 - keep_square)
            value = value - first * rate_now / (jnp.sqrt(second) + self._optimizer.epsilon)
            news = (value, first, second)
            value, *slots = (self._put(n, whole, new, rows) for whole, new in zip(wholes, news, strict=True))
            new_trainable.append(value)
            new_moments += slots
        left = jnp.where(count == 0, 0, self._config.ema)  # the first weights are the first average
        pairs = zip(averages, new_trainable, strict=False)
        new_averages = [left * average + (1 - left) * value for average, value in pairs]
        new_slots = [count + 1, rate, *new_averages, *new_moments]
        return (new_trainable, others[0], new_slots), sum(losses) / weight


def _apart(value: Any, number: Any) -> Any:
    """Set the state of a seed apart by the worker's number; what is no seed stays."""
    if value.dtype != "uint32":
        return value
    return value.at[0].add(jnp.asarray(number).astype("uint32") * _APART)
