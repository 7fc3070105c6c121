"""A Keras model's forward pass and train step, compiled as each backend does it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from turncast.backend import keras, ops

RATE = 1e-4


@dataclass
class CompiledSteps:
    """The compiled steps of one model.

    Attributes:
        first: seconds to the end of the first train step, compilation included.
        forward: run the model, and wait for the result.
        train: run one step of gradient descent on the mean squared output, and wait for it.
        outputs: the outputs with the initial weights.
        megabytes: the temporary memory of a train step; None where the backend does not report it.
    """

    first: float
    forward: Callable[[], Any]
    train: Callable[[], Any]
    outputs: np.ndarray
    megabytes: float | None = None


def compile_steps(model: Any, inputs: list[np.ndarray]) -> CompiledSteps:
    """Compile a model's steps on the present backend."""
    return {"jax": _jax, "torch": _torch, "tensorflow": _tensorflow}[keras.backend.backend()](model, inputs)


def _jax(model: Any, inputs: list[np.ndarray]) -> CompiledSteps:
    import jax

    arrays = [jax.device_put(array) for array in inputs]
    weights = [jax.numpy.array(variable.value) for variable in model.trainable_variables]
    fixed = [variable.value for variable in model.non_trainable_variables]

    def forward(weights: Any, arrays: Any) -> Any:
        return model.stateless_call(weights, fixed, arrays)[0]

    def train(weights: Any, arrays: Any) -> Any:
        gradients = jax.grad(lambda weights: (forward(weights, arrays) ** 2).mean())(weights)
        return [weight - RATE * gradient for weight, gradient in zip(weights, gradients, strict=True)]

    started = time.perf_counter()
    step = jax.jit(train).lower(weights, arrays).compile()
    jax.block_until_ready(step(weights, arrays))
    first = time.perf_counter() - started
    run = jax.jit(forward)
    return CompiledSteps(
        first,
        lambda: jax.block_until_ready(run(weights, arrays)),
        lambda: jax.block_until_ready(step(weights, arrays)),
        np.asarray(run(weights, arrays)),
        step.memory_analysis().temp_size_in_bytes / 2**20,
    )


def _torch(model: Any, inputs: list[np.ndarray]) -> CompiledSteps:
    import torch

    arrays = [torch.tensor(array) for array in inputs]
    weights = [variable.value for variable in model.trainable_variables]

    def forward() -> Any:
        with torch.no_grad():
            return model(arrays)

    outputs = ops.convert_to_numpy(forward())

    def train() -> None:
        gradients = torch.autograd.grad((model(arrays) ** 2).mean(), weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= RATE * gradient

    started = time.perf_counter()
    train()
    return CompiledSteps(time.perf_counter() - started, forward, train, outputs)


def _tensorflow(model: Any, inputs: list[np.ndarray]) -> CompiledSteps:
    import tensorflow as tf

    arrays = [tf.constant(array) for array in inputs]
    weights = [variable.value for variable in model.trainable_variables]
    run = tf.function(lambda: model(arrays))
    outputs = run().numpy()

    @tf.function
    def step() -> None:
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(model(arrays) ** 2)
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign_sub(RATE * tf.convert_to_tensor(gradient))

    started = time.perf_counter()
    step()
    return CompiledSteps(time.perf_counter() - started, lambda: run().numpy(), step, outputs)
