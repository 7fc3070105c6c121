"""One step of training on the backend that Keras runs on.

On every backend the loss is the same: sum(weight * loss of the answer) / sum(weight).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from turnwise.backend import keras, ops
from turnwise.config import TrainConfig
from turnwise.features import Batch


class Step(Protocol):
    """Changes the weights by one batch."""

    def __call__(self, batch: Batch) -> Any:
        """Return the batch's loss, a scalar of the backend that need not be computed yet."""
        ...

    def finish(self) -> None:
        """Put the weights where the model's variables show them."""
        ...


def make_step(model: Any, optimizer: Any, multi: bool) -> Step:
    """Return the step for the backend in use."""
    optimizer.build(model.trainable_variables)
    backend = keras.backend.backend()
    if backend == "jax":
        return _JaxStep(model, optimizer, multi)
    if backend == "torch":
        return _TorchStep(model, optimizer, multi)
    return _TensorFlowStep(model, optimizer, multi)


def make_optimizer(config: TrainConfig) -> Any:
    """Return Adam with the gradients clipped to a norm over all weights."""
    return keras.optimizers.Adam(config.learning_rate, global_clipnorm=config.clip_norm)


def turn_losses(targets: Any, logits: Any, multi: bool) -> Any:
    """Return the cross-entropy of each answer, (B, N).

    Args:
        targets: indices of actions for each of N answers, (B, N, L); A and above name no action of the space.
        logits: the network's, (B, N, A), or of a shape with the same answers in the same order: (B, T, k, A),
            or (B, A) where there is one answer.
        multi: independent actions, the mean over them; otherwise one of A.
    """
    actions = logits.shape[-1]
    logits = ops.reshape(logits, (-1, ops.shape(targets)[1], actions))
    bits = ops.sum(ops.one_hot(targets, actions + 2, dtype=logits.dtype), axis=-2)[..., :actions]
    if multi:
        # log(1 + exp(-|x|)) + max(x, 0) - x * bit: the cross-entropy of a sigmoid, without overflow
        losses = ops.log1p(ops.exp(-ops.abs(logits))) + ops.relu(logits) - logits * bits
        return ops.mean(losses, axis=-1)
    return -ops.sum(bits * ops.log_softmax(logits, axis=-1), axis=-1)


def mean_loss(losses: Any, weights: Any) -> Any:
    """Return sum(weight * loss) / sum(weight)."""
    weights = ops.convert_to_tensor(weights)
    return ops.sum(weights * losses) / ops.maximum(ops.sum(weights), 1e-9)


class _JaxStep:
    """A jitted step whose state stays on the device between batches."""

    def __init__(self, model: Any, optimizer: Any, multi: bool) -> None:
        import jax

        def loss_of(trainable: Any, other: Any, batch: Any) -> tuple[Any, Any]:
            inputs, targets, weights = batch
            (logits, _), other = model.stateless_call(trainable, other, inputs, training=True)
            return mean_loss(turn_losses(targets, logits, multi), weights), other

        def step(state: Any, batch: Any) -> tuple[Any, Any]:
            trainable, other, slots = state
            (loss, other), gradients = jax.value_and_grad(loss_of, has_aux=True)(trainable, other, batch)
            trainable, slots = optimizer.stateless_apply(slots, gradients, trainable)
            return loss, (trainable, other, slots)

        self._variables = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
        self._step = jax.jit(step, donate_argnums=0)
        # Copies: the step gives its state's memory away, and the variables must keep theirs.
        self._state = tuple([jax.numpy.array(v.value) for v in group] for group in self._variables)

    def __call__(self, batch: Batch) -> Any:
        loss, self._state = self._step(self._state, (batch.inputs, batch.targets, batch.weights))
        return loss

    def finish(self) -> None:
        for variables, values in zip(self._variables, self._state, strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(np.asarray(value))


class _TorchStep:
    """An eager step."""

    def __init__(self, model: Any, optimizer: Any, multi: bool) -> None:
        self._model, self._optimizer, self._multi = model, optimizer, multi

    def __call__(self, batch: Batch) -> Any:
        self._model.zero_grad()
        inputs = {name: ops.convert_to_tensor(array) for name, array in batch.inputs.items()}
        logits, _ = self._model(inputs, training=True)
        targets, weights = ops.convert_to_tensor(batch.targets), ops.convert_to_tensor(batch.weights)
        loss = mean_loss(turn_losses(targets, logits, self._multi), weights)
        loss.backward()
        variables = self._model.trainable_variables
        self._optimizer.apply([variable.value.grad for variable in variables], variables)
        return loss.detach()

    def finish(self) -> None:
        """Nothing to do: the variables are changed in place."""


class _TensorFlowStep:
    """A step in a graph."""

    def __init__(self, model: Any, optimizer: Any, multi: bool) -> None:
        import tensorflow as tf

        @tf.function(reduce_retracing=True)  # type: ignore[untyped-decorator]
        def step(inputs: Any, targets: Any, weights: Any) -> Any:
            with tf.GradientTape() as tape:
                logits, _ = model(inputs, training=True)
                loss = mean_loss(turn_losses(targets, logits, multi), weights)
            variables = model.trainable_variables
            optimizer.apply(tape.gradient(loss, [v.value for v in variables]), variables)
            return loss

        self._step = step

    def __call__(self, batch: Batch) -> Any:
        inputs = {name: ops.convert_to_tensor(array) for name, array in batch.inputs.items()}
        return self._step(inputs, *map(ops.convert_to_tensor, (batch.targets, batch.weights)))

    def finish(self) -> None:
        """Nothing to do: the variables are changed in place."""
