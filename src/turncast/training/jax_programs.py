"""The functions that a training step compiles, shared by all trainings of equal networks in a process.

To trace and to lower these functions takes most of the time of a short training. They are pure: weights,
moments and seeds come in as arguments. So the trainings of an ensemble, of a search or of a test that have
equal networks and settings use the functions of the first of them.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from turncast.config import NetworkConfig, TrainConfig
from turncast.layers import BitDense
from turncast.training.ema import AdamSlots
from turncast.training.losses import turn_losses
from turncast.training.workers import Compiled, Workers, signature

_SEED_STRIDE = np.uint32(0x9E3779B9)
"""The distance between the dropout seeds of two workers."""
_MOST_SHARED = 4
"""The number of different networks whose functions stay in memory, some 30 megabytes each."""

_shared: OrderedDict[Any, StepPrograms] = OrderedDict()
_lock = threading.Lock()


def shared_programs(
    network: NetworkConfig | None,
    model: Any,
    optimizer: Any,
    config: TrainConfig,
    multi: bool,
    has_rules: bool,
    workers: Workers,
) -> StepPrograms:
    """Return the functions for a network: those of an equal one, where this process has trained one.

    Args:
        network: the configuration that the model was built with; None shares nothing.
        model: the Keras model.
        optimizer: Keras's Adam, built.
        config: clipping, smoothing and EMA are constants of the functions.
        multi: whether several actions may be taken at once.
        has_rules: whether the targets hold refused actions.
        workers: the number of threads decides how the functions are compiled.
    """
    if network is None:
        return StepPrograms(model, optimizer, config, multi, has_rules, workers)
    constants = (config.label_smoothing, config.clip_norm, config.ema, multi, has_rules, workers.count)
    key = (network, signature([v.value for v in model.variables]), constants)
    with _lock:
        if key not in _shared:
            _shared[key] = StepPrograms(model, optimizer, config, multi, has_rules, workers)
        _shared.move_to_end(key)
        if len(_shared) > _MOST_SHARED:
            _shared.popitem(last=False)
        return _shared[key]


def clear_shared_programs() -> None:
    """Forget the shared functions, so that their memory can be freed."""
    _shared.clear()


class StepPrograms:
    """The three compiled functions of a step: `gradient` of a share, `apply` of all gradients, `forward`.

    They compute with the arguments alone; of the model they use the layers, not the weights.

    Attributes:
        num_bits: F, the rows of the first layer's kernel; None where the first layer is not `BitDense`.
        slots: where the optimiser's variables are.
    """

    def __init__(
        self, model: Any, optimizer: Any, config: TrainConfig, multi: bool, has_rules: bool, workers: Workers
    ) -> None:
        self._model, self._optimizer, self._config = model, optimizer, config
        self._multi, self._has_rules = multi, has_rules
        self._bit_layer = next((layer for layer in model.layers if isinstance(layer, BitDense)), None)
        self._kernel_index: int | None = None
        self.num_bits: int | None = None
        if self._bit_layer is not None:
            kernel, self.num_bits = self._bit_layer.kernel, self._bit_layer.num_bits
            self._kernel_index = [v is kernel for v in model.trainable_variables].index(True)
        self.slots = AdamSlots.from_optimizer(optimizer, model.trainable_variables)
        self.gradient = workers.compiled(self._share_gradient)
        self.forward = workers.compiled(self._predict)
        self.apply = Compiled(self._apply_gradients, donate=0)

    @property
    def num_compiled(self) -> int:
        """The number of functions compiled so far."""
        return sum(len(function) for function in (self.gradient, self.forward, self.apply))

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
        averages, moments = slots[self.slots.averages], slots[self.slots.moments]
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
